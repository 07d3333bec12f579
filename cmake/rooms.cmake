# SPDX-License-Identifier: EUPL-1.2
# The rooms of the house: one static library for each folder of src/. Who may include whom is
# cmake/rooms.txt; what this file adds is how that is enforced, and which libraries a room is door to.
#
# src/ itself is on no include path. A room is seen through a folder of its own (build/rooms/<room>/<room>
# is a link to src/<room>), and a room's compiler is given only the folders of the rooms listed for it,
# so a wrong `#include` does not compile. For a window (exchange sees disclosure/release.h alone) there
# is a folder with a link to that one header; the room behind it is linked, but not seen.

pkg_check_modules(BASE REQUIRED IMPORTED_TARGET
    libsodium jansson libcbor icu-i18n icu-uc libpcre2-8 expat xlsxwriter libseccomp zlib md4c liboath libqrencode libfido2)
set(libraries_base PkgConfig::BASE crypto pthread) # crypto: OpenSSL, which SQLCipher needs too
set(libraries_store sqlcipher)
set(libraries_disclosure glpk)
pkg_check_modules(WEB REQUIRED IMPORTED_TARGET gnutls)
set(libraries_web PkgConfig::WEB)

# The one file that may call malloc and its kin (src/base/banned.h).
# In sanitized builds its allocations can be made to fail from outside (base/mem.h).
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/base/mem.c PROPERTIES
    COMPILE_DEFINITIONS "DCIM_MAY_ALLOCATE;$<$<STREQUAL:${DCIM_BUILD_KIND},asan>:DCIM_FAULTS>")
# Results of operations are held against their declarations in sanitized builds (service/result_spec.h).
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/service/result_spec.c PROPERTIES
    COMPILE_DEFINITIONS "$<$<STREQUAL:${DCIM_BUILD_KIND},asan>:DCIM_FAULTS>")

function(dcim_room room may_include)
    set(see ${CMAKE_BINARY_DIR}/rooms/${room})
    file(MAKE_DIRECTORY ${see})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${room} ${see}/${room} SYMBOLIC)

    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.c)
    list(FILTER sources EXCLUDE REGEX "/src/cli/main\\.c$")
    if(sources)
        get_property(generated GLOBAL PROPERTY DCIM_GENERATED_${room})
        list(APPEND sources ${generated})
    else()
        set(sources ${CMAKE_SOURCE_DIR}/cmake/empty_room.c)
    endif()
    add_library(${room} STATIC ${sources})
    target_link_libraries(${room} PRIVATE dcim_flags ${libraries_${room}} m)
    target_include_directories(${room} PUBLIC ${see} PRIVATE ${CMAKE_BINARY_DIR}/gen/${room})

    set(below)
    foreach(item ${may_include})
        if(NOT item MATCHES "/")
            target_link_libraries(${room} PRIVATE ${item})
            list(APPEND below ${item})
            continue()
        endif()
        get_filename_component(behind ${item} DIRECTORY)
        set(window ${CMAKE_BINARY_DIR}/windows/${room})
        file(MAKE_DIRECTORY ${window}/${behind})
        file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${item} ${window}/${item} SYMBOLIC)
        target_include_directories(${room} PRIVATE ${window})
        target_link_libraries(${room} INTERFACE $<LINK_ONLY:${behind}>)
        list(APPEND below ${behind})
    endforeach()
    list(REMOVE_DUPLICATES below)
    set_property(GLOBAL APPEND PROPERTY DCIM_ROOMS ${room})
    set_property(GLOBAL PROPERTY DCIM_BELOW_${room} ${below})
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/rooms.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/cmake/rooms.txt lines REGEX "^[a-z]+:")
foreach(line ${lines})
    string(REGEX MATCH "^[a-z]+" room "${line}")
    string(REGEX REPLACE "^[a-z]+: *" "" may_include "${line}")
    string(REPLACE " " ";" may_include "${may_include}")
    dcim_room(${room} "${may_include}")
endforeach()
