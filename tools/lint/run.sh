#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Every check on the tree: run.sh [ROOT [BUILD]]. Prints FILE:LINE: check: what; exit 1 when there is any.
#
#   imports   a room includes only the rooms below it        symbols   and links only those
#   doors     each library has one file that includes it     banned    functions nobody calls
#   crypto    no cipher or hash of our own                   words     no SQL, HTML, printing where it must not be
#   headers   every header compiles alone                    mirror    tests mirror the code, rooms have a README
#   scope     what the desk asks of the store, it asks within a call's scope (S50)
#   security  docs/security.md names tests that are there, and every number due
#   format    no tabs, no trailing blanks, no long lines (`make format` lays out the rest)
#
# BUILD is where generated headers and libraries are found; what they would show is left out without it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "${1:-$here/../..}" && pwd)
build=${2:-$root/build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gcc -std=c17 -O1 -w -o "$work/ctext" "$here/ctext.c"
cd "$root"
find src tests fuzz bench tools -name '*.[ch]' -not -path '*/fixtures/*' 2>/dev/null | LC_ALL=C sort >"$work/files"
xargs -r "$work/ctext" . <"$work/files" >"$work/text"

{
    awk -v ROOT="$root" -v ROOMS="$root/cmake/rooms.txt" -f "$here/imports.awk" "$work/text"
    awk -v DOORS="$here/doors.txt" -f "$here/doors.awk" "$work/text"
    awk -f "$here/banned.awk" "$work/text"
    awk -f "$here/crypto.awk" "$work/text"
    awk -f "$here/words.awk" "$work/text"
    awk -f "$here/scope.awk" "$work/text"
    xargs -r awk '
        length($0) > 100 && !/https?:/ {
            s = $0; gsub(/[\200-\277]/, "", s) # bytes that continue a character
            if (length(s) > 110) print FILENAME ":" FNR ": format: longer than 100 columns, and 10 of grace (make format F=file)"
        }
        /\t/ { print FILENAME ":" FNR ": format: a tab" }
        /[ \r]$/ { print FILENAME ":" FNR ": format: a blank at the end of the line" }' <"$work/files"
    sh "$here/mirror.sh" "$root"
    sh "$here/headers.sh" "$root" "$build"
    sh "$here/security.sh" "$root"
    sh "$here/symbols.sh" "$root" "$build"
} >"$work/found"

# Long files and functions are named by `make longest`; they are a matter of taste, not of the lint.
if [ -s "$work/found" ]; then
    cat "$work/found"
    echo "lint: $(wc -l <"$work/found") findings" >&2
    exit 1
fi
echo "lint: $(wc -l <"$work/files") files, nothing found"
