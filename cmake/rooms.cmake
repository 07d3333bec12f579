# The rooms of the house: one static library for each folder of src/, and who may include whom.
#
# A room finds only the headers of the rooms listed for it: src/ itself is on no include path, each
# room is reached through a folder of its own (build/rooms/<room>/<room> -> src/<room>), so a wrong
# `#include` does not compile. Where a room may see one header of another (exchange sees
# disclosure/release.h), a window is opened for that header alone. tools/lint/imports.sh holds the
# same table over source and symbols.

set(DCIM_ROOMS)

# dcim_room(NAME [ROOMS r...] [WINDOWS room/header.h...] [LIBRARIES lib...])
#   ROOMS      rooms whose headers may be included
#   WINDOWS    single headers of further rooms, which are then linked but not otherwise seen
#   LIBRARIES  system libraries that this room is the door to
function(dcim_room room)
    cmake_parse_arguments(A "" "" "ROOMS;WINDOWS;LIBRARIES" ${ARGN})
    set(see ${CMAKE_BINARY_DIR}/rooms/${room})
    file(MAKE_DIRECTORY ${see})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${room} ${see}/${room} SYMBOLIC)

    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.c)
    list(FILTER sources EXCLUDE REGEX "/src/cli/main\\.c$")
    get_property(generated GLOBAL PROPERTY DCIM_GENERATED_${room})
    if(sources)
        list(APPEND sources ${generated})
    endif()
    if(NOT sources)
        set(sources ${CMAKE_SOURCE_DIR}/cmake/empty_room.c)
    endif()

    add_library(${room} STATIC ${sources})
    target_include_directories(${room} PUBLIC ${see})
    target_include_directories(${room} PRIVATE ${CMAKE_BINARY_DIR}/gen/${room})
    target_link_libraries(${room} PRIVATE dcim_flags ${A_ROOMS} ${A_LIBRARIES})
    foreach(header ${A_WINDOWS})
        get_filename_component(of ${header} DIRECTORY)
        file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/windows/${room}/${of})
        file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${header}
            ${CMAKE_BINARY_DIR}/windows/${room}/${header} SYMBOLIC)
        target_include_directories(${room} PRIVATE ${CMAKE_BINARY_DIR}/windows/${room})
        target_link_libraries(${room} INTERFACE $<LINK_ONLY:${of}>)
        list(APPEND below ${of})
    endforeach()
    list(REMOVE_DUPLICATES below)
    set_property(GLOBAL APPEND PROPERTY DCIM_ROOMS ${room})
    set_property(GLOBAL PROPERTY DCIM_BELOW_${room} ${A_ROOMS} ${below})
endfunction()

pkg_check_modules(BASE REQUIRED IMPORTED_TARGET
    libsodium jansson libcbor icu-i18n icu-uc libpcre2-8 minizip expat xlsxwriter libseccomp zlib)

dcim_room(base       LIBRARIES PkgConfig::BASE m pthread)
dcim_room(model      ROOMS base LIBRARIES m)
dcim_room(store      ROOMS base model LIBRARIES sqlcipher)
dcim_room(dataset    ROOMS base model LIBRARIES m pthread)
dcim_room(intake     ROOMS base model)
dcim_room(linkage    ROOMS base model dataset LIBRARIES m pthread)
dcim_room(analysis   ROOMS base model dataset LIBRARIES m pthread)
dcim_room(disclosure ROOMS base model dataset LIBRARIES glpk m)
dcim_room(exchange   ROOMS base model dataset WINDOWS disclosure/release.h)
dcim_room(service    ROOMS base model store dataset intake linkage analysis disclosure exchange)
dcim_room(web        ROOMS base model WINDOWS service/client.h)
dcim_room(cli        ROOMS base model WINDOWS service/client.h service/process.h)

# The one file that may call malloc and its kin (src/base/banned.h).
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/base/mem.c PROPERTIES
    COMPILE_DEFINITIONS DCIM_MAY_ALLOCATE)
