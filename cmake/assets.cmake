# SPDX-License-Identifier: EUPL-1.2
# Style, scripts and pictures for browsers into C: tools/assets.mjs says how. Made in build/gen/web/web/ from
# src/web/{style,script,image} and the pinned packages of node_modules.

find_program(NODE node REQUIRED)
file(GLOB assets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/web/style/*.scss
    ${CMAKE_SOURCE_DIR}/src/web/script/*.js ${CMAKE_SOURCE_DIR}/src/web/image/*)
set(gen ${CMAKE_BINARY_DIR}/gen/web/web)
add_custom_command(
    OUTPUT ${gen}/asset_gen.c
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/tools/assets.mjs ${CMAKE_SOURCE_DIR} ${gen}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/assets.mjs ${CMAKE_SOURCE_DIR}/tools/charts.mjs
        ${CMAKE_SOURCE_DIR}/package-lock.json ${CMAKE_SOURCE_DIR}/data/maps/regions.geojson
        ${CMAKE_SOURCE_DIR}/data/codelists/CL_COUNTRY.csv ${assets}
    COMMENT "making style and scripts" VERBATIM)
# The assembler reads the bytes from there; the folder's name does not reach the object.
set_source_files_properties(${gen}/asset_gen.c PROPERTIES COMPILE_DEFINITIONS "ASSET_FOLDER=\"${gen}\"")
set_property(GLOBAL APPEND PROPERTY DCIM_GENERATED_web ${gen}/asset_gen.c)
