#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Run every fuzz target for some seconds: fuzz.sh BUILD SECONDS JOBS. New inputs are kept in
# BUILD/found/<x>/, and a crash there too, as crash-*: make it a corpus file and a test.
set -eu
build=$1 seconds=$2 jobs=$3
[ -s "$build/targets.txt" ] || { echo "fuzz: no targets"; exit 0; }
ASAN_OPTIONS=allocator_may_return_null=1
export ASAN_OPTIONS build seconds
xargs -n 2 -P "$jobs" sh -c '
    log=$build/found/$1.log
    if "$build/fuzz_$1" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/found/$1/" "$build/found/$1" "$2" >"$log" 2>&1; then
        echo "fuzz: $1: $(sed -n "s/^stat::number_of_executed_units: *//p" "$log") runs, nothing found"
    else
        tail -40 "$log"; echo "fuzz: $1: FOUND, see $build/found/$1/ and $log"; exit 1
    fi' target <"$build/targets.txt"
