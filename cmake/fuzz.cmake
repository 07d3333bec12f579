# SPDX-License-Identifier: EUPL-1.2
# fuzz/<room>/fuzz_<x>.c is one libFuzzer program; its seeds are fuzz/corpus/<x>/. Two ctest tests each:
# fuzz/<x> replays the corpus, fuzz-short/<x> then looks for DCIM_FUZZ_SHORT seconds further,
# from the same seed each time: `make check` shall say the same of the same code.
# `make fuzz` runs them for longer. What a run finds goes to build/fuzz/found/<x>/, never to the tree.

if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "fuzz targets need clang")
endif()
set(DCIM_FUZZ_SHORT 5 CACHE STRING "seconds each target runs in make check")

get_property(rooms GLOBAL PROPERTY DCIM_ROOMS)
foreach(room ${rooms})
    get_property(below GLOBAL PROPERTY DCIM_BELOW_${room})
    file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/${room}/fuzz_*.c)
    foreach(file ${targets})
        get_filename_component(stem ${file} NAME_WE)
        string(REGEX REPLACE "^fuzz_" "" x ${stem})
        add_executable(fuzz_${x} ${file})
        target_link_libraries(fuzz_${x} PRIVATE dcim_flags ${room} ${below})
        target_include_directories(fuzz_${x} PRIVATE ${CMAKE_BINARY_DIR}/gen/${room})
        # LLVMFuzzerTestOneInput has no prototype of its own anywhere.
        set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS -Wno-missing-prototypes)
        target_link_options(fuzz_${x} PRIVATE -fsanitize=fuzzer)

        set(corpus ${CMAKE_SOURCE_DIR}/fuzz/corpus/${x})
        if(NOT EXISTS ${corpus})
            set(corpus ${CMAKE_BINARY_DIR}/corpus/${x})
            file(MAKE_DIRECTORY ${corpus})
        endif()
        set(found ${CMAKE_BINARY_DIR}/found/${x})
        file(MAKE_DIRECTORY ${found})
        set(run $<TARGET_FILE:fuzz_${x}> -timeout=25 -rss_limit_mb=2048 -print_final_stats=0
            -artifact_prefix=${found}/)
        add_test(NAME fuzz/${x} COMMAND ${run} -runs=0 ${corpus})
        # New inputs go to the first directory named.
        add_test(NAME fuzz-short/${x}
            COMMAND ${run} -seed=1 -max_total_time=${DCIM_FUZZ_SHORT} ${found} ${corpus})
        set_tests_properties(fuzz/${x} fuzz-short/${x} PROPERTIES LABELS fuzz TIMEOUT 300
            ENVIRONMENT "DCIM_SOURCE_DIR=${CMAKE_SOURCE_DIR};ASAN_OPTIONS=allocator_may_return_null=1")
        file(APPEND ${CMAKE_BINARY_DIR}/targets.txt.new "${x} ${corpus}\n")
    endforeach()
endforeach()
# The list that `make fuzz` walks.
file(TOUCH ${CMAKE_BINARY_DIR}/targets.txt.new)
file(RENAME ${CMAKE_BINARY_DIR}/targets.txt.new ${CMAKE_BINARY_DIR}/targets.txt)
