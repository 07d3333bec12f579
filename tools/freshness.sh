#!/bin/sh
# S6: pinned and newest version of each embedded library. Refuses a SQLite older than 3.51.3, which has
# a corruption bug in WAL reset, and an installed Debian library whose security update is waiting.
# What the registry cannot be asked (no network) is shown as unknown.
set -eu
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
        newest=$(npm view "$name" version 2>/dev/null || :)
        since=$([ -n "$newest" ] && npm view "$name" "time[$newest]" 2>/dev/null | cut -c1-10 || :)
        printf '%-34s %-22s %-22s %s\n' "$name" "$pinned" "${newest:-unknown}" "${since:-unknown}"
    done

printf '\n%-34s %-22s %s\n' "from Debian" "installed" "candidate"
for p in $(sed -n 's/^deb  *\([^ ]*\).*/\1/p' tools/licences.txt); do
    have=$(dpkg-query -W -f='${Version}' "$p" 2>/dev/null || :)
    [ -n "$have" ] || continue
    candidate=$(apt-cache policy "$p" 2>/dev/null | sed -n 's/^  Candidate: //p')
    printf '%-34s %-22s %s\n' "$p" "$have" "${candidate:-unknown}"
    if [ -n "$candidate" ] && dpkg --compare-versions "$have" lt "$candidate" &&
        apt-cache policy "$p" | grep -A1 -F "$candidate " | grep -q security; then
        echo "freshness: $p: a security update is waiting: apt-get install --only-upgrade $p" >&2
    fi
done
exit $bad
