#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# How many of the branches of the decision who may do what (src/service/service.c) the tests take (S50):
#   decision_coverage.sh BUILD
# service.c alone is compiled anew, to count, and linked in front of its library into the tests below, which are run. A
# branch is one way out of a condition, each part of && and || for itself, as gcov has it without optimising.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
build=$(cd "$1" && pwd)
tests="service/test_service service/test_session service/test_operations service/test_op_alarm service/test_op_record_list
    service/test_op_record_links service/test_op_quality service/test_op_token service/test_op_explore service/test_remote
    service/test_desk web/test_api web/test_routes"
# The decision: from the row of an operation and who asks to yes or no, and whose records.
decision="may reading call_may_read_form call_reads_form call_scope call_sees_organisation call_reads_variable call_hide
    note_hidden call_may_read_expression call_may_join call_may_read_variable known_role purpose_given settle_who reachable"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command=$(ninja -C "$build" -t commands CMakeFiles/service.dir/src/service/service.c.o | tail -1 |
    sed 's/^[^ ]*ccache //; s/ -O2 / -O0 /; s/-D_FORTIFY_SOURCE=3//; s/ -o [^ ]*/ /; s/ -MF [^ ]*/ /; s/ -MT [^ ]*/ /; s/ -MD / /')
(cd "$build" && CCACHE_DISABLE=1 sh -c "$command -Wno-error --coverage -o $work/service.o")
export DCIM_SOURCE_DIR="$root" DCIM_BUILD_DIR="$build" DCIM_BUILD_KIND=plain DCIM_PROGRAM="$build/dcim" DCIM_SHARED_DIR="$root/../shared"
for t in $tests; do
    target=test_$(echo "$t" | sed 's,/test_,_,')
    ninja -C "$build" "$target" >/dev/null
    link=$(ninja -C "$build" -t commands "tests/$t" | tail -1 | sed "s, -o tests/$t , $work/service.o --coverage -o $work/test ,")
    (cd "$build" && sh -c "$link")
    tools/run_test.sh "$work/test" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
done
ln -s "$root/src" "$work/src"
(cd "$work" && gcov -b -c -o "$work/service.o" "$root/src/service/service.c" >/dev/null 2>&1)
cat "$work"/*service.c.gcov | awk -v list="$decision" '
    BEGIN { n = split(list, name, /[ \n]+/); for (i = 1; i <= n; i++) if (name[i] != "") wanted[name[i]] = 1 }
    $1 == "function" { f = $2; next }
    $1 == "branch" && (f in wanted) {
        all[f]++
        if ($3 == "taken" && $4 + 0 > 0) taken[f]++
        else where[f] = where[f] " " line
    }
    /^ *[-#=0-9]+\*?: *[0-9]+:/ { split($0, part, ":"); line = part[2] + 0 }
    END {
        for (f in wanted) {
            printf "%-28s %3d of %3d%s\n", f, taken[f], all[f], where[f] == "" ? "" : "   not: lines" where[f] | "sort"
            a += all[f]; t += taken[f]
        }
        close("sort")
        printf "branches of the decision: %d of %d taken, %.1f %%\n", t, a, a == 0 ? 0 : 100 * t / a
        if (a == 0) exit 1
    }'
