#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# S6: pinned and newest version of each embedded library. Refuses a SQLite older than 3.51.3, which has
# a corruption bug in WAL reset, and an installed Debian library whose security update is waiting.
# What the registry cannot be asked (no network, or --offline) is shown as unknown.
set -eu
ask() { [ "$offline" = yes ] || npm view "$@" 2>/dev/null || :; }
offline=no
[ "${1:-}" != --offline ] || offline=yes
cd "$(dirname "$0")/.."
bad=0

header=${SQLITE_HEADER:-node_modules/@journeyapps/sqlcipher/deps/sqlcipher-amalgamation/sqlite3.h}
number=$(sed -n 's/^#define SQLITE_VERSION_NUMBER  *\([0-9]*\).*/\1/p' "$header")
version=$(sed -n 's/^#define SQLITE_VERSION  *"\([0-9.]*\)".*/\1/p' "$header")
if [ "${number:-0}" -lt 3051003 ]; then
    echo "freshness: REFUSED: SQLite $version is older than 3.51.3 (WAL-reset corruption fix)" >&2
    bad=1
fi

printf '%-34s %-22s %-22s %s\n' "embedded" "pinned" "newest" "newest since"
printf '%-34s %-22s %-22s %s\n' "sqlite (in sqlcipher)" "$version" "-" "-"
node -p 'Object.entries(require("./package.json").dependencies).map(d => d.join(" ")).join("\n")' |
    while read -r name pinned; do
        newest=$(ask "$name" version)
        since=$([ -z "$newest" ] || ask "$name" "time[$newest]" | cut -c1-10)
        printf '%-34s %-22s %-22s %s\n' "$name" "$pinned" "${newest:-unknown}" "${since:-unknown}"
    done

printf '\n%-34s %-22s %s\n' "from Debian" "installed" "candidate"
# One question for all: apt-cache takes a second for each.
apt-cache policy $(sed -n 's/^deb  *\([^ ]*\).*/\1/p' tools/licences.txt) 2>/dev/null | awk '
    /^[^ ]/ { name = $1; sub(/:$/, "", name) }
    /^  Installed:/ { installed = $2 }
    /^  Candidate:/ {
        candidate = $2
        if (installed != "(none)") printf "%-34s %-22s %s\n", name, installed, candidate
    }
    # The table of versions names where each comes from, on the lines after it.
    $1 == candidate || $2 == candidate { at = 1; next }
    at && /-security/ && installed != "(none)" && installed != candidate && !(name in said) {
        said[name] = 1
        print "freshness: " name ": a security update is waiting: apt-get install --only-upgrade " name > "/dev/stderr"
    }
    /^     [^ ]/ { at = 0 }'
exit $bad
