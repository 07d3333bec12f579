#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Import direction once more, by what the linker sees: a symbol that a room's library needs and another
# room defines must lie in a room that cmake/rooms.txt lists, or be declared in the one header that is
# its window. symbols.sh ROOT BUILD
set -eu
root=$1
build=$2
cd "$root"
[ -d "$build" ] || exit 0
sed -n 's/^\([a-z]*\):.*/\1/p' cmake/rooms.txt | while read -r room; do
    lib=$build/lib$room.a
    [ -f "$lib" ] || continue
    nm -g --defined-only "$lib" 2>/dev/null | awk -v r="$room" 'NF == 3 { print "D", r, $3 }'
    nm -g --undefined-only "$lib" 2>/dev/null | awk -v r="$room" '
        /\.o:$/ { sub(/:$/, ""); object = $0 }
        $1 == "U" { print "U", r, $2, object }'
done | awk -v root="$root" '
    BEGIN {
        while ((getline line < "cmake/rooms.txt") > 0) {
            if (line !~ /^[a-z]+:/) continue
            room = line; sub(/:.*/, "", room)
            sub(/^[a-z]+: */, "", line)
            n = split(line, item, " ")
            for (i = 1; i <= n; i++) {
                may[room, item[i]] = 1
                if (item[i] !~ /\//) continue
                behind = item[i]; sub(/\/.*/, "", behind)
                while ((getline text < ("src/" item[i])) > 0)
                    while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
                        window[room, behind, substr(text, RSTART, RLENGTH)] = 1
                        text = substr(text, RSTART + RLENGTH)
                    }
                close("src/" item[i]) # two rooms may look through one window
            }
        }
    }
    $1 == "D" { home[$3] = $2 }
    $1 == "U" { need[++n_need] = $2 " " $3 " " $4 }
    END {
        for (i = 1; i <= n_need; i++) {
            split(need[i], f, " ")
            r = home[f[2]]
            if (r == "" || r == f[1] || ((f[1], r) in may) || ((f[1], r, f[2]) in window)) continue
            c = f[3]; sub(/\.o$/, "", c)
            printf "src/%s/%s:1: symbols: needs %s of room %s\n", f[1], c, f[2], r
        }
    }'
