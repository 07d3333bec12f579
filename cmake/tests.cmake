# SPDX-License-Identifier: EUPL-1.2
# tests/<room>/test_<x>.c is one cmocka program and one ctest test named <room>/<x>;
# tests/<room>/test_<x>.sh likewise, for what is seen from outside. Other .c files of tests/<room>/
# are helpers shared by that room's tests and by those of the rooms above it. tests/harness.[ch]
# serves all. A test runs in an empty directory of its own (tools/run_test.sh); exit 77 is "skipped".
#
# Labels: `shipped` for what `make check` runs against the plain, shipped build too, namely every test
# that names DCIM_PROGRAM or harness_program; `shell` for shell tests. tests/workshop/, and
# a shell test that does not run the program, exist in the plain build only.

pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
get_property(rooms GLOBAL PROPERTY DCIM_ROOMS)

add_library(harness STATIC ${CMAKE_SOURCE_DIR}/tests/harness.c)
target_link_libraries(harness PRIVATE dcim_flags PUBLIC PkgConfig::CMOCKA)
target_include_directories(harness PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_compile_definitions(harness PUBLIC DCIM_TESTS)

# Loaded before the program by tests/service/test_power_loss.c, which the plain build alone runs.
if(DCIM_BUILD_KIND STREQUAL "plain")
    add_library(io_log MODULE ${CMAKE_SOURCE_DIR}/tests/power_loss/io_log.c)
    target_link_libraries(io_log PRIVATE dcim_flags dl)
    target_compile_definitions(io_log PRIVATE DCIM_TESTS)
    target_compile_options(io_log PRIVATE -fPIC)
endif()

get_filename_component(shared ${CMAKE_SOURCE_DIR}/../shared ABSOLUTE)
set(environment
    DCIM_SOURCE_DIR=${CMAKE_SOURCE_DIR} DCIM_BUILD_DIR=${CMAKE_BINARY_DIR}
    DCIM_BUILD_KIND=${DCIM_BUILD_KIND} DCIM_SHARED_DIR=${shared}
    DCIM_PROGRAM=${CMAKE_BINARY_DIR}/dcim
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
    UBSAN_OPTIONS=print_stacktrace=1)

# Seconds of the long ones, cmake/costs.txt: ctest begins with them, so that all cores end together.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/costs.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/cmake/costs.txt lines REGEX "^[a-z]+/")
foreach(line ${lines})
    separate_arguments(words UNIX_COMMAND "${line}")
    list(GET words 0 test)
    list(GET words 1 cost_plain_${test})
    list(GET words 2 cost_asan_${test})
endforeach()
# 240 programs are linked for tests: gold, of the same package as ld, does it in a third of the time.
find_program(GOLD ld.gold)
add_library(dcim_test_link INTERFACE)
if(GOLD)
    target_link_options(dcim_test_link INTERFACE -fuse-ld=gold)
endif()

function(dcim_cost name)
    if(cost_${DCIM_BUILD_KIND}_${name})
        set_tests_properties(${name} PROPERTIES COST ${cost_${DCIM_BUILD_KIND}_${name}})
    endif()
endfunction()

function(dcim_add_test name file)
    file(STRINGS ${file} runs_program REGEX "DCIM_PROGRAM|harness_program|HARNESS_DCIM" LIMIT_COUNT 1)
    set(labels ${DCIM_BUILD_KIND})
    if(file MATCHES "\\.sh$")
        list(APPEND labels shell)
        if((NOT runs_program OR name MATCHES "^workshop/") AND NOT DCIM_BUILD_KIND STREQUAL "plain")
            return()
        endif()
    endif()
    if(runs_program OR file MATCHES "\\.sh$")
        list(APPEND labels shipped)
    endif()
    add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tools/run_test.sh ${ARGN})
    set_tests_properties(${name} PROPERTIES
        LABELS "${labels}" SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT "${environment}")
    dcim_cost(${name})
endfunction()

foreach(room ${rooms})
    add_custom_target(tests_in_${room})
    get_property(below GLOBAL PROPERTY DCIM_BELOW_${room})
    # Everything that can be reached downwards, for the helpers of lower rooms.
    set(reach ${below})
    foreach(b ${below})
        get_property(more GLOBAL PROPERTY DCIM_BELOW_${b})
        list(APPEND reach ${more})
    endforeach()
    list(REMOVE_DUPLICATES reach)

    set(helpers)
    foreach(b ${reach})
        if(TARGET tests_${b})
            list(APPEND helpers tests_${b})
        endif()
    endforeach()
    set(link dcim_flags harness ${room} ${reach})

    file(GLOB shared_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/*.c)
    list(FILTER shared_sources EXCLUDE REGEX "/test_[^/]*$")
    if(shared_sources)
        add_library(tests_${room} STATIC ${shared_sources})
        target_link_libraries(tests_${room} PRIVATE dcim_flags PUBLIC harness ${helpers} ${room} ${reach})
        target_include_directories(tests_${room}
            PUBLIC ${CMAKE_SOURCE_DIR}/tests/${room} PRIVATE ${CMAKE_BINARY_DIR}/gen/${room})
        list(PREPEND helpers tests_${room})
    endif()

    file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/test_*.c)
    foreach(file ${programs})
        get_filename_component(stem ${file} NAME_WE)
        string(REGEX REPLACE "^test_" "" x ${stem})
        add_executable(test_${room}_${x} ${file})
        target_link_libraries(test_${room}_${x} PRIVATE ${helpers} ${link} dcim_test_link m)
        target_include_directories(test_${room}_${x} PRIVATE ${CMAKE_BINARY_DIR}/gen/${room})
        set_target_properties(test_${room}_${x} PROPERTIES
            RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${room} OUTPUT_NAME test_${x})
        add_dependencies(tests_in_${room} test_${room}_${x})
        dcim_add_test(${room}/${x} ${file} $<TARGET_FILE:test_${room}_${x}>)
        if(TARGET dcim)
            file(STRINGS ${file} runs REGEX "DCIM_PROGRAM|harness_program|HARNESS_DCIM" LIMIT_COUNT 1)
            if(runs)
                add_dependencies(test_${room}_${x} dcim)
            endif()
        endif()
    endforeach()
endforeach()

# Shell tests belong to any folder of tests/, also to those that are no room (tools, lint).
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/test_*.sh)
foreach(file ${scripts})
    get_filename_component(stem ${file} NAME_WE)
    get_filename_component(dir ${file} DIRECTORY)
    get_filename_component(room ${dir} NAME)
    string(REGEX REPLACE "^test_" "" x ${stem})
    dcim_add_test(${room}/${x} ${file} sh ${file})
endforeach()
