# SPDX-License-Identifier: EUPL-1.2
# tests/browser/story_<x>.mjs is one story in Chromium and one ctest test named browser/<x>, label `browser`. It
# runs against the plain, shipped build; tests/browser/README.md says how to write one. Each runs in an empty
# directory, as other tests do (tools/run_test.sh), and beside other tests, but one browser at a time.

if(NOT DCIM_BUILD_KIND STREQUAL "plain")
    return()
endif()
find_program(NODE node REQUIRED)
add_executable(browser_render ${CMAKE_SOURCE_DIR}/tests/browser/render.c)
target_link_libraries(browser_render PRIVATE dcim_flags web base)
target_include_directories(browser_render PRIVATE ${CMAKE_BINARY_DIR}/gen/web)
set_target_properties(browser_render PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/browser OUTPUT_NAME render)
# The table of routes, for the stories that try all of it.
add_executable(browser_routes ${CMAKE_SOURCE_DIR}/tests/browser/routes.c)
target_link_libraries(browser_routes PRIVATE dcim_flags web service base model)
target_include_directories(browser_routes PRIVATE ${CMAKE_BINARY_DIR}/gen/web)
set_target_properties(browser_routes PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/browser OUTPUT_NAME routes)

file(GLOB stories CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/browser/story_*.mjs)
foreach(file ${stories})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "^story_" "" x ${stem})
    add_test(NAME browser/${x} COMMAND ${CMAKE_SOURCE_DIR}/tools/run_test.sh ${NODE} --test ${file})
    set_tests_properties(browser/${x} PROPERTIES LABELS "plain;browser;shipped" TIMEOUT 600
        ENVIRONMENT "DCIM_SOURCE_DIR=${CMAKE_SOURCE_DIR};DCIM_BUILD_DIR=${CMAKE_BINARY_DIR};DCIM_PROGRAM=${CMAKE_BINARY_DIR}/dcim")
    # The story of sessions mostly waits.
    if(NOT x STREQUAL "session")
        set_tests_properties(browser/${x} PROPERTIES RESOURCE_LOCK browser)
    endif()
    dcim_cost(browser/${x})
endforeach()
