# SPDX-License-Identifier: EUPL-1.2
# bench/bench_<x>.c are programs under build/bench/, built and run by `make bench` only. The other .c
# files there serve them; tests/bench/test_<x>.c tests those.
file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/bench_*.c)
file(GLOB helpers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.c)
list(REMOVE_ITEM helpers ${benches})
add_library(bench_helpers STATIC EXCLUDE_FROM_ALL ${helpers})
target_link_libraries(bench_helpers PRIVATE dcim_flags PUBLIC base)
target_include_directories(bench_helpers PUBLIC ${CMAKE_SOURCE_DIR}/bench)

add_custom_target(bench)
foreach(file ${benches})
    get_filename_component(x ${file} NAME_WE)
    add_executable(${x} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(${x} PRIVATE dcim_flags bench_helpers ${rooms} sqlcipher m)
    set_target_properties(${x} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    add_dependencies(bench ${x})
endforeach()
if(TARGET dcim)
    add_dependencies(bench dcim)
endif()

file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/test_*.c)
foreach(file ${programs})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" x ${stem})
    add_executable(test_bench_${x} ${file})
    target_link_libraries(test_bench_${x} PRIVATE dcim_flags harness bench_helpers base m)
    set_target_properties(test_bench_${x} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/bench OUTPUT_NAME test_${x})
    dcim_add_test(bench/${x} ${file} $<TARGET_FILE:test_bench_${x}>)
endforeach()
