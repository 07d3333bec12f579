# SPDX-License-Identifier: EUPL-1.2
# SQLCipher's amalgamation (SQLite with page encryption), from its npm package, pinned by hash,
# compiled here against OpenSSL and never committed. The result is the target `sqlcipher`.
#
# Third-party code: hardened and optimised like ours, but without our warnings. The sanitized build has it at -O1, for
# at -O2 gcc takes longer for this one file than for all of ours that it waits with.

set(DCIM_SQLCIPHER_VERSION "4.14.0 (SQLite 3.51.3)")
set(dir ${CMAKE_SOURCE_DIR}/node_modules/@journeyapps/sqlcipher/deps/sqlcipher-amalgamation)
set(pins
    sqlite3.c 2ba87bbc92caf02c0ac640198c537c24bdda899a18bbba289f3d3f44d56795e4
    sqlite3.h c7253bc5d2ba0fad5236fc10ed959f99374bdbc224c200250c9c4a90edf56023)
while(pins)
    list(POP_FRONT pins name want)
    if(NOT EXISTS ${dir}/${name})
        message(FATAL_ERROR "${dir}/${name} is missing: run `make deps`")
    endif()
    file(SHA256 ${dir}/${name} got)
    if(NOT got STREQUAL want)
        message(FATAL_ERROR "${name} of SQLCipher is not the pinned file\n  want ${want}\n  got  ${got}")
    endif()
    # Copied, so that only these two files, and no other of the package, can be included.
    set(to ${CMAKE_BINARY_DIR}/third_party/sqlcipher/${name})
    if(name STREQUAL "sqlite3.h")
        configure_file(${dir}/${name} ${to} COPYONLY)
        continue()
    endif()
    # Two lines more (S16). When cells move between pages, SQLite's rebuildPage() and editPage() leave copies
    # of them in the gap between the pointers and the first cell, even with secure_delete: keys of an erased
    # record were found there (tests/store/test_erasure.c). Nobody reads a gap, and both are called for a page
    # only after the cells that other pages need have left it; so they wipe it at their end.
    set(rebuilt [==[
  put2byte(&aData[hdr+5], pData - aData);
  aData[hdr+7] = 0x00;
]==])
    set(edited [==[
  put2byte(&aData[hdr+3], pPg->nCell);
  put2byte(&aData[hdr+5], pData - aData);

]==])
    set(rebuilt_wipe "  if( pPg->pBt->btsFlags & BTS_FAST_SECURE ) memset(pCellptr, 0, pData - pCellptr);\n")
    set(edited_wipe "  if( pPg->pBt->btsFlags & BTS_FAST_SECURE ) memset(pBegin, 0, pData - pBegin);\n")
    # One condition more. A page that is written to the journal for the second time in one transaction goes over
    # its first frame, and at commit SQLite reads and writes every frame behind that one again, for the checksums
    # are a chain: half a second for an import of a million rows, whose inner pages do that a few times. It now
    # gets a frame of its own (as always before SQLite 3.11), until the journal has grown by 32768 frames and twice
    # the number of the page in this transaction: so it stays below twice the database's size and 256 MiB.
    set(rewritten "      if( iWrite>=iFirst ){\n")
    set(rewritten_only [==[
      if( iWrite>=iFirst && ((pWal->iReCksum && iWrite>=pWal->iReCksum)
       || pWal->hdr.mxFrame-iFirst>=32768+2*(u64)p->pgno) ){
]==])
    file(READ ${dir}/${name} source)
    foreach(place rebuilt edited)
        string(FIND "${source}" "${${place}}" first)
        string(FIND "${source}" "${${place}}" last REVERSE)
        if(first EQUAL -1 OR NOT first EQUAL last)
            message(FATAL_ERROR "SQLite has changed where it is to wipe gaps: see cmake/sqlcipher.cmake")
        endif()
        string(REPLACE "${${place}}" "${${place}}${${place}_wipe}" source "${source}")
    endforeach()
    string(FIND "${source}" "${rewritten}" first)
    string(FIND "${source}" "${rewritten}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "SQLite has changed where it writes a frame again: see cmake/sqlcipher.cmake")
    endif()
    string(REPLACE "${rewritten}" "${rewritten_only}" source "${source}")
    file(WRITE ${to}.changed "${source}")
    configure_file(${to}.changed ${to} COPYONLY)
endwhile()

add_library(sqlcipher STATIC ${CMAKE_BINARY_DIR}/third_party/sqlcipher/sqlite3.c)
target_include_directories(sqlcipher SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/third_party/sqlcipher)
target_compile_definitions(sqlcipher PRIVATE
    _GNU_SOURCE NDEBUG
    SQLITE_HAS_CODEC SQLCIPHER_CRYPTO_OPENSSL SQLITE_TEMP_STORE=2
    SQLITE_EXTRA_INIT=sqlcipher_extra_init SQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown
    # 2, not 1: a connection belongs to one thread (one writer, one reader each), so its own mutex
    # would only cost; the library's shared state is still protected.
    SQLITE_THREADSAFE=2
    SQLITE_DQS=0 SQLITE_TRUSTED_SCHEMA=0 SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_SHARED_CACHE
    SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_DEFAULT_FOREIGN_KEYS=1 SQLITE_DEFAULT_SYNCHRONOUS=2
    SQLITE_DEFAULT_WAL_SYNCHRONOUS=2 SQLITE_SECURE_DELETE SQLITE_MAX_MMAP_SIZE=0 SQLITE_USE_URI=0
    SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_USE_ALLOCA=0
    $<$<NOT:$<STREQUAL:${DCIM_BUILD_KIND},plain>>:SQLITE_ENABLE_API_ARMOR>)
target_compile_options(sqlcipher PRIVATE -w -include stdint.h ${DCIM_REPRODUCIBLE})
if(DCIM_BUILD_KIND STREQUAL "plain")
    target_compile_options(sqlcipher PRIVATE ${DCIM_HARDEN})
elseif(DCIM_BUILD_KIND STREQUAL "asan")
    target_compile_options(sqlcipher PRIVATE -O1 -fsanitize=address -fno-omit-frame-pointer)
endif()
target_link_libraries(sqlcipher INTERFACE crypto m dl pthread)
