# SPDX-License-Identifier: EUPL-1.2
# Templates into C: src/web/pages/*.html become web/page_gen.c (tools/embed_pages.c).
add_executable(embed_pages tools/embed_pages.c)
target_link_libraries(embed_pages PRIVATE dcim_flags)
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/web/pages/*.html)
set(gen ${CMAKE_BINARY_DIR}/gen/web/web)
file(MAKE_DIRECTORY ${gen})
add_custom_command(
    OUTPUT ${gen}/page_gen.c
    COMMAND embed_pages ${gen}/page_gen.c ${pages}
    DEPENDS embed_pages ${pages}
    COMMENT "embedding pages" VERBATIM)
set_property(GLOBAL APPEND PROPERTY DCIM_GENERATED_web ${gen}/page_gen.c)
