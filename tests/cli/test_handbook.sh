#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/handbook.c, by the program itself
#  1 a page as it is written, by its name, with an anchor or ending   2 where to begin names every page
#  3 all pages as HTML: no link leads nowhere, nothing from elsewhere   4 a page there is not
set -eu
dcim=$DCIM_PROGRAM
export DCIM_DATA="$DCIM_SOURCE_DIR/data"
handbook=$DCIM_SOURCE_DIR/docs/handbook
fail() { echo "FAILED: $*" >&2; exit 1; }

# 1
"$dcim" handbook collecting >page.txt
cmp -s page.txt "$handbook/collecting.md" || fail "a page is not as it is written"
"$dcim" handbook 'national/pt#statuses' | cmp -s - "$handbook/national/pt.md" || fail "with an anchor"
"$dcim" handbook managing.md | cmp -s - "$handbook/managing.md" || fail "with its ending"

# 2
"$dcim" handbook >index.txt
for page in "$handbook"/*.md "$handbook"/national/*.md; do
    name=${page#"$handbook"/}
    grep -q "dcim handbook ${name%.md}$" index.txt || fail "$name is not named"
done

# 3
"$dcim" handbook --html pages >out.txt
[ "$(find pages -name '*.html' | wc -l)" -eq "$(find "$handbook" -name '*.md' | wc -l)" ] || fail "pages lack"
! grep -rqE 'src=|href="//|<script' pages || fail "a page loads something"
find pages -name '*.html' | while read -r page; do
    folder=$(dirname "$page")
    for link in $(grep -o 'href="[^"]*"' "$page" | sed 's/^href="//; s/"$//' | grep -v '^http' | sort -u); do
        file=${link%%#*}
        target=$page
        [ -z "$file" ] || target=$folder/$file
        [ -f "$target" ] || { echo "$page leads to $link"; continue; }
        case $link in *'#'*) grep -q "id=\"${link#*#}\"" "$target" || echo "$page leads to $link" ;; esac
    done
done >nowhere.txt
[ ! -s nowhere.txt ] || fail "$(head -3 nowhere.txt)"

# 4
status=0; "$dcim" handbook ../README >out.txt 2>err.txt || status=$?
[ $status -eq 2 ] && grep -q 'no page' err.txt || fail "a page there is not: status $status"
echo ok
