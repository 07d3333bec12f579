#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Lay out C files in the house style: format.sh FILE...
#
# clang-format does the code (.clang-format). It would run the lines of a table in a comment together, so
# comments are left to wrap_comments.awk.
set -eu
[ $# -gt 0 ] || exit 0
here=$(cd "$(dirname "$0")" && pwd)
clang-format -i "$@"
for f; do
    awk -v max=100 -f "$here/wrap_comments.awk" "$f" >"$f.wrapped"
    if cmp -s "$f" "$f.wrapped"; then rm "$f.wrapped"; else cat "$f.wrapped" >"$f"; rm "$f.wrapped"; fi
done
