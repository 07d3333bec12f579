#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The longest functions (over 80 lines) and files (over 800) of src/. No verdict: split when a paragraph
# deserves a name; leave a state machine whole and say why.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=c17 -O1 -w -o "$work/ctext" tools/lint/ctext.c
find src -name '*.[ch]' | LC_ALL=C sort | xargs "$work/ctext" . >"$work/text"
echo "functions over 80 lines:"
awk -F'\t' '$1 == "function" && $4 > 80 { printf "%5d  %s  %s:%d\n", $4, $5, $2, $3 }' "$work/text" | sort -rn
echo "files over 800 lines:"
awk -F'\t' '$1 == "lines" && $3 > 800 { printf "%5d  %s\n", $3, $2 }' "$work/text" | sort -rn
awk -F'\t' '$1 == "function" { print $4 }' "$work/text" | sort -n |
    awk '{ n[NR] = $1 } END { if (NR) printf "of %d functions: median %d lines, nine in ten up to %d\n", NR, n[int((NR + 1) / 2)], n[int(NR * 0.9 + 0.5)] }'
