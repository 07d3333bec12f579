# SPDX-License-Identifier: EUPL-1.2
# How our own C is compiled. `dcim_flags` is linked, privately, by every target of ours; third-party
# code (cmake/sqlcipher.cmake) does not use it.
#
# DCIM_BUILD_KIND is what a build directory is for:
#   plain   the shipped program: gcc (or clang), -O2 -g, hardened (S3), reproducible (S7)
#   asan    the whole test suite under AddressSanitizer and UndefinedBehaviorSanitizer (S4)
#   fuzz    libFuzzer targets, clang only (S100)

set(DCIM_BUILD_KIND plain CACHE STRING "plain, asan or fuzz")
set_property(CACHE DCIM_BUILD_KIND PROPERTY STRINGS plain asan fuzz)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# Asserts stay on in what we ship: a broken promise between our functions must stop, not go on.
# DCIM_OPTIMIZE is another where nobody runs what is made, or not for long: compiling is a third of `make check`.
set(DCIM_OPTIMIZE "-O2 -g" CACHE STRING "how much is optimised, and told to debuggers")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "${DCIM_OPTIMIZE}")

# Paths and switches of the building machine stay out of objects, so that two builds are alike.
set(DCIM_REPRODUCIBLE -gno-record-gcc-switches
    -ffile-prefix-map=${CMAKE_BINARY_DIR}=build -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)

add_library(dcim_flags INTERFACE)
target_compile_definitions(dcim_flags INTERFACE _GNU_SOURCE DCIM_VERSION="${PROJECT_VERSION}")
target_compile_options(dcim_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wformat=2 -Wundef -Wstrict-prototypes
    -Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wno-overlength-strings -Werror
    -fno-common -fno-strict-aliasing
    ${DCIM_REPRODUCIBLE}
    -include ${CMAKE_SOURCE_DIR}/src/base/banned.h)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # gcc guesses at maybe-uninitialized, and is wrong often enough that its word is not final.
    target_compile_options(dcim_flags INTERFACE -Wno-error=maybe-uninitialized
        -Wduplicated-cond -Wlogical-op -ftrivial-auto-var-init=zero)
else()
    # clang 14 asks for this reminder switch before it zeroes automatic variables.
    target_compile_options(dcim_flags INTERFACE -ftrivial-auto-var-init=zero
        -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang
        -Wno-unused-command-line-argument)
endif()

if(DCIM_BUILD_KIND STREQUAL "plain")
    set(DCIM_HARDEN -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
    add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--build-id=none
        -Wl,--as-needed)
elseif(DCIM_BUILD_KIND STREQUAL "asan")
    set(DCIM_HARDEN -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(DCIM_BUILD_KIND STREQUAL "fuzz")
    set(DCIM_HARDEN -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
else()
    message(FATAL_ERROR "DCIM_BUILD_KIND is plain, asan or fuzz, not '${DCIM_BUILD_KIND}'")
endif()
target_compile_options(dcim_flags INTERFACE ${DCIM_HARDEN})
