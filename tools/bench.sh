#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Run the benchmarks with the machine's numbers beside them: bench.sh BUILD [bench_x]
set -eu
build=$1
only=${2:-}
ls "$build"/bench/bench_* >/dev/null 2>&1 || { echo "bench: no benchmarks yet"; exit 0; }
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
    "$(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), $(uname -sr)"
for b in "$build"/bench/bench_* bench/bench_*.sh; do
    [ -z "$only" ] || [ "$(basename "$b" .sh)" = "$only" ] || continue
    DCIM_PROGRAM=$PWD/$build/dcim DCIM_SOURCE_DIR=$PWD DCIM_SHARED_DIR=$PWD/../shared "$b"
done
