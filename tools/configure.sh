#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Configure a build directory once: configure.sh plain|asan|clang|fuzz DIR. CMake itself notices later
# changes; only a new directory, or one whose configuration failed half-way, is configured here.
set -eu
kind=$1
dir=$2
cd "$(dirname "$0")/.."
[ -f "$dir/build.ninja" ] && exit 0
case $kind in
plain) set -- -DCMAKE_C_COMPILER=gcc -DDCIM_BUILD_KIND=plain ;;
asan) set -- -DCMAKE_C_COMPILER=gcc -DDCIM_BUILD_KIND=asan ;;
# What clang has to say, it says without optimising; nobody runs what it makes.
clang) set -- -DCMAKE_C_COMPILER=clang -DDCIM_BUILD_KIND=plain -DDCIM_OPTIMIZE=-O0 ;;
fuzz) set -- -DCMAKE_C_COMPILER=clang -DDCIM_BUILD_KIND=fuzz "-DDCIM_OPTIMIZE=-O1 -g" ;;
*) echo "configure: plain, asan, clang or fuzz, not '$kind'" >&2; exit 2 ;;
esac
exec cmake -S . -B "$dir" -G Ninja "$@"
