#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# S7: build HEAD twice, in folders of different name and length, and compare the programs bit for bit.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for place in a another/deeper/place; do
    mkdir -p "$work/$place"
    git clone -q . "$work/$place/dcim"
    cp -r node_modules "$work/$place/dcim/"
    (cd "$work/$place/dcim" && tools/configure.sh plain build >/dev/null && ninja -C build dcim >/dev/null)
done
if cmp "$work/a/dcim/build/dcim" "$work/another/deeper/place/dcim/build/dcim"; then
    echo "reproducible: $(sha256sum <"$work/a/dcim/build/dcim" | cut -d' ' -f1)"
else
    echo "reproducible: the two builds differ" >&2
    exit 1
fi
