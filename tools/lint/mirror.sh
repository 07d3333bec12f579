#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/ and fuzz/ mirror src/; every room says in its README what it promises; every test file begins with
# its numbered plan. mirror.sh ROOT
set -eu
root=$1
cd "$root"
untested=tools/lint/untested.txt

reasons() { [ -f $untested ] && sed -n 's/^\([a-z][a-z0-9_/]*\.c\)[ \t][ \t]*\([^ \t].*\)$/\1/p' $untested || :; }

tested() { # room, x: by its own test; a part of a module (x_part.c without x_part.h) by the module's
    [ ! -f "tests/$1/test_$2.c" ] && [ ! -f "tests/$1/test_$2.sh" ] || return 0
    case $2 in
    *_*) [ ! -f "src/$1/$2.h" ] && tested "$1" "${2%_*}" ;;
    *) return 1 ;;
    esac
}

for c in src/*/*.c; do
    [ -f "$c" ] || continue
    room=$(basename "$(dirname "$c")")
    x=$(basename "$c" .c)
    if tested "$room" "$x"; then
        reasons | grep -qx "$room/$x.c" && echo "$untested:1: mirror: $room/$x.c has a test"
    else
        reasons | grep -qx "$room/$x.c" ||
            echo "$c:1: mirror: has no tests/$room/test_$x.c, and no reason in $untested"
    fi
done
reasons | while read -r c; do
    [ -f "src/$c" ] || echo "$untested:1: mirror: src/$c is gone"
done
for dir in src/*/; do
    ls "$dir"*.[ch] >/dev/null 2>&1 || continue
    [ -f "${dir}README.md" ] || echo "${dir}README.md:1: mirror: the room has no README.md"
done
for f in tests/*/test_*.c tests/*/test_*.sh; do
    [ -f "$f" ] || continue
    # A numbered plan: "1 something" and so on, in the comment that opens the file.
    case $f in
    *.c) head=$(awk '/^#/ { exit } { print }' "$f") ;; # all before the first include
    *) head=$(awk '/^#!/ { next } !/^#/ { exit } { print }' "$f") ;;
    esac
    case $head in
    "/*"* | "//"* | "#"*) ;;
    *) head= ;;
    esac
    printf '%s\n' "$head" | grep -Eq '(^|[^0-9a-zA-Z.])1[.):]? +[^ ]' ||
        echo "$f:1: mirror: does not begin with its numbered plan (1 what  2 what ...)"
done
exit 0
