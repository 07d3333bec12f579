# SPDX-License-Identifier: EUPL-1.2
# The list of common passwords into C (tools/passwords.mjs), in build/gen/service/service/.

find_program(NODE node REQUIRED)
set(gen ${CMAKE_BINARY_DIR}/gen/service/service)
file(MAKE_DIRECTORY ${gen})
add_custom_command(
    OUTPUT ${gen}/common_password_gen.c
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/tools/passwords.mjs ${CMAKE_SOURCE_DIR} ${gen}/common_password_gen.c
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/passwords.mjs ${CMAKE_SOURCE_DIR}/package-lock.json
    COMMENT "listing common passwords" VERBATIM)
set_property(GLOBAL APPEND PROPERTY DCIM_GENERATED_service ${gen}/common_password_gen.c)
