#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Install what the build needs and this machine lacks: Debian packages, then the pinned npm packages.
#
# Does nothing, in a fraction of a second, when everything is there. Root and CI are never asked; any
# other person is asked before sudo is used, and without a terminal is told the command instead.
# npm packages come from package-lock.json with their hashes checked and their scripts not run.
set -eu
cd "$(dirname "$0")/.."

# What we name by program, because more than one package can bring it.
programs="gcc:gcc clang:clang cmake:cmake ninja:ninja-build pkg-config:pkg-config node:nodejs npm:npm
    clang-format:clang-format cppcheck:cppcheck valgrind:valgrind man:man-db unzip:unzip zip:zip openssl:openssl git:git file:file
    flock:util-linux xgettext:gettext chromium:chromium"
# What we name by package, because it brings headers or completion files.
packages="libc6-dev binutils ca-certificates bash-completion libclang-rt-14-dev
    libsodium-dev libssl-dev libjansson-dev libcbor-dev libicu-dev libpcre2-dev
    libexpat1-dev libxlsxwriter-dev libglpk-dev libseccomp-dev libcmocka-dev zlib1g-dev
    libmd4c-dev libgnutls28-dev liboath-dev libqrencode-dev libfido2-dev fonts-liberation"

missing=""
for pair in $programs; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
for p in $packages; do
    printf '%s\n' "$have" | grep -qx "$p" || missing="$missing $p"
done

if [ -n "$missing" ]; then
    echo "deps: missing Debian packages:$missing" >&2
    install="apt-get install -y --no-install-recommends$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        if [ "${CI:-}" != true ]; then
            if [ ! -t 0 ]; then
                echo "deps: not root, and no terminal to ask on; run this and try again:" >&2
                echo "    sudo apt-get update && sudo $install" >&2
                exit 1
            fi
            printf 'deps: install them with sudo? [y/N] ' >&2
            read -r answer
            case $answer in
            [yY]*) ;;
            *) echo "deps: nothing installed" >&2; exit 1 ;;
            esac
        fi
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 — the list is meant to split
    $as_root env DEBIAN_FRONTEND=noninteractive $install
fi

# The stamp is the lock file itself: a changed lock installs anew, a half-done install leaves no stamp.
if ! cmp -s package-lock.json node_modules/.dcim-installed.json 2>/dev/null; then
    npm ci --ignore-scripts --no-audit --no-fund
    cp package-lock.json node_modules/.dcim-installed.json
fi
