#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Whether the tests take every branch of the decision who may do what (src/service/decision.c, S50):
#   decision_coverage.sh BUILD
# decision.c alone is compiled anew, to count, and linked in front of its library into service/decision. A branch is
# one way out of a condition, each part of && and || for itself, as gcov has it without optimising. Fails below 100 %.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command=$(ninja -C "$build" -t commands CMakeFiles/service.dir/src/service/decision.c.o | tail -1 |
    sed 's/^[^ ]*ccache //; s/ -O2 / -O0 /; s/-D_FORTIFY_SOURCE=3//; s/ -o [^ ]*/ /; s/ -MF [^ ]*/ /; s/ -MT [^ ]*/ /; s/ -MD / /')
(cd "$build" && CCACHE_DISABLE=1 sh -c "$command -Wno-error --coverage -o $work/decision.o")
ninja -C "$build" test_service_decision >/dev/null
link=$(ninja -C "$build" -t commands tests/service/test_decision | tail -1 |
    sed "s, -o tests/service/test_decision , $work/decision.o --coverage -o $work/test ,")
(cd "$build" && sh -c "$link")
(cd "$work" && DCIM_SOURCE_DIR="$root" DCIM_BUILD_DIR="$build" DCIM_BUILD_KIND=plain DCIM_PROGRAM="$build/dcim" \
    "$root/tools/run_test.sh" "$work/test") >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
ln -s "$root/src" "$work/src"
(cd "$work" && gcov -b -c -o "$work/decision.o" "$root/src/service/decision.c" >/dev/null 2>&1)
awk '
    $1 == "branch" { all++; if ($3 == "taken" && $4 + 0 > 0) taken++; else where = where " " line }
    /^ *[-#=0-9]+\*?: *[0-9]+:/ { split($0, part, ":"); line = part[2] + 0 }
    END {
        printf "branches of the decision: %d of %d taken%s\n", taken, all, where == "" ? "" : "; not: lines" where
        exit all < 40 || taken < all
    }' "$work"/*decision.c.gcov
