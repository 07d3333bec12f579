# SPDX-License-Identifier: EUPL-1.2
# SQL files into C: src/store/sql/*.sql and src/store/migrations/NNNN_*.sql become store/sql_gen.h
# and .c. tools/embed_sql.c says what the files must look like and stops the build where they don't.
# Generated files lie in build/gen/<room>/<room>/, seen by that room and its tests only.

add_executable(embed_sql tools/embed_sql.c)
target_link_libraries(embed_sql PRIVATE dcim_flags)

file(GLOB statements CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/store/sql/*.sql)
file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/store/migrations/*.sql)
set(gen ${CMAKE_BINARY_DIR}/gen/store/store)
file(MAKE_DIRECTORY ${gen})
add_custom_command(
    OUTPUT ${gen}/sql_gen.h ${gen}/sql_gen.c
    COMMAND embed_sql ${gen}/sql_gen.h ${gen}/sql_gen.c ${statements} --migrations ${migrations}
    DEPENDS embed_sql ${statements} ${migrations}
    COMMENT "embedding SQL" VERBATIM)
set_property(GLOBAL PROPERTY DCIM_GENERATED_store ${gen}/sql_gen.c ${gen}/sql_gen.h)
# Also made where nothing compiles it yet, for the lint.
add_custom_target(embedded ALL DEPENDS ${gen}/sql_gen.h)
