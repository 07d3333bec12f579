#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Run one test program in an empty directory of its own, which is removed when the test passes or skips
# and kept, and named, when it fails.
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/dcim-test.XXXXXX") || exit 1
cd "$dir" || exit 1
mkdir tmp && TMPDIR=$dir/tmp
export TMPDIR
umask 077
if [ -n "${DCIM_VALGRIND:-}" ]; then
    set -- valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        --trace-children=no "$@"
fi
"$@"
status=$?
cd / || exit 1
case $status in
0 | 77) chmod -R u+rwX "$dir" 2>/dev/null; rm -rf "$dir" ;;
*) echo "run_test: exit $status; files kept in $dir" >&2 ;;
esac
exit $status
