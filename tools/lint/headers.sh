#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Every header compiles alone, without the help of banned.h or of another header before it.
# headers.sh ROOT BUILD
set -eu
root=$1
gen=$2/gen
cd "$root"
flags="-std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Isrc"
for room in "$gen"/*/; do flags="$flags -I$room"; done
# the one library that is not installed but built
flags="$flags -I$2/third_party/sqlcipher"
ls src/*/*.h 2>/dev/null | xargs -r -P "$(nproc)" -I{} sh -c '
    message=$(printf "#include \"%s\"\n" "${1#src/}" | gcc '"$flags"' -x c - 2>&1) ||
        echo "$1:1: headers: does not compile alone: $(printf "%s\n" "$message" | grep -m1 error: | cut -c1-200)"
' header {}
exit 0
