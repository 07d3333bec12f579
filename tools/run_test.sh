#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Run one test program in an empty directory of its own, which is removed when the test passes or skips
# and kept, and named, when it fails.
#
# In memory where there is a gigabyte of it to spare: what most tests wait for is a disk to sync. DCIM_TEST_DISK=1 runs
# them on the disk (TMPDIR, else /tmp).
set -u
base=${TMPDIR:-/tmp}
if [ -z "${DCIM_TEST_DISK:-}" ] && [ -w /dev/shm ] && ! grep -q ' /dev/shm [^ ]* [^ ]*noexec' /proc/mounts; then
    free=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -lt 1048576 ] || base=/dev/shm
fi
dir=$(mktemp -d "$base/dcim-test.XXXXXX") || exit 1
cd "$dir" || exit 1
mkdir tmp && TMPDIR=$dir/tmp
export TMPDIR
umask 077
# Tests read English; one that wants another language says so.
export DCIM_LANGUAGE=en
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
