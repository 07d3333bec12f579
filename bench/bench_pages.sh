#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Every page, by itself: each address that a GET answers (bench_routes list), asked for by an account of each role that
# may see it, in the synthetic register of a country with 100,000 victim records and more (DCIM_BENCH_ROWS), nobody else
# asking, without TLS: time to the first byte, median and fastest of DCIM_BENCH_ALONE (11). Names what is over 20 ms.
# The first request of each is not counted: tables are counted in memory, which is filled after each change.
#
# The register is made once and kept beside the program (bench-pages-ROWS); remove it to have it made anew. About four
# minutes, and two more for making it. DCIM_BENCH_PAGES: a pattern of addresses; DCIM_BENCH_ROLES: accounts.
set -eu
dcim=${DCIM_PROGRAM:-$PWD/build/dcim}
rows=${DCIM_BENCH_ROWS:-100000} only=${DCIM_BENCH_PAGES:-.}
roles=${DCIM_BENCH_ROLES:-police shelter manager analyst publisher auditor admin}
command -v curl >/dev/null || { echo "bench_pages: needs curl (apt-get install curl)"; exit 0; }
build=$(dirname "$dcim")
export DCIM_DATA="${DCIM_SOURCE_DIR:-$PWD}/data" DCIM_LANGUAGE=en
folder=${DCIM_BENCH_FOLDER:-$build/bench-pages-$rows}
work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

if [ ! -e "$folder/made" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    "$dcim" demo "$folder/r" --records "$rows" >"$folder/demo.txt"
    rm -rf "$folder/r-files"
    touch "$folder/made"
fi
port=$((21000 + $$ % 20000))
us=http://localhost:$port
"$dcim" serve --repository "$folder/r" --key-file "$folder/r.key" --port $port --insecure-plain \
    --insecure-no-second-factor --insecure-root --rate 1000000 --burst 1000000 >"$work/serve.log" 2>&1 &
server=$!
i=0
until curl -s -o /dev/null "$us/sign-in"; do
    i=$((i + 1))
    [ $i -lt 150 ] || { echo "bench_pages: the server does not begin"; cat "$work/serve.log"; exit 1; }
    sleep 0.2
done

# ---- who asks, and what there is to be asked for ----

for role in $roles; do
    curl -s -i -H "Origin: $us" -H "Sec-Fetch-Site: same-origin" --data-urlencode "account=$role" \
        --data-urlencode "password=seven green rivers at noon" "$us/sign-in" |
        sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' | tail -1 >"$work/$role"
    [ -s "$work/$role" ] || { echo "bench_pages: $role could not sign in"; exit 1; }
done
get() { # role address
    curl -s -H "Cookie: $(cat "$work/$1")" "$us$2"
}
links() { # role address: where its page leads
    get "$1" "$2" | grep -o 'href="[^"]*"' | cut -d'"' -f2 | sed 's/&amp;/\&/g; s/&#x3D;/=/g'
}
post() { # role address fields...: where it leads to
    role=$1 to=$2
    shift 2
    curl -s -i -H "Cookie: $(cat "$work/$role")" -H "Origin: $us" -H "Sec-Fetch-Site: same-origin" \
        --data-urlencode "csrf=$(cat "$work/csrf.$role")" "$@" "$us$to" | sed -n 's/^Location: \([^\r]*\)\r*$/\1/p'
}
token() { # role address: of the forms of a session
    get "$1" "$2" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1 >"$work/csrf.$1"
}

# A draft of each contributor, begun once and kept with the register; pages of entry need one.
draft_of() { # role
    [ "$1" = police ] || [ "$1" = shelter ] || return 0
    token "$1" /new
    at=$(post "$1" /new/begin -d form=victim)
    echo "${at%%\?*}"
}

# The addresses of one pattern, with what this role finds in its lists in the place of fields.
addresses() { # role pattern
    role=$1
    case $2 in
    /records)
        echo /records
        for q in after=50000 form=victim form=suspect year=2014 'form=victim&year=2023' mine=1 state=incomplete \
            state=submitted state=accepted state=imported state=withdrawn state=asked state=duplicate state=due; do
            echo "/records?$q"
        done
        get "$role" /records | sed -n 's/.*<option value="\([A-Z][A-Z-]*\)".*/\1/p' | sort -u | sed 's|^|/records?organisation=|'
        ;;
    /records/{record}*)
        record=$(links "$role" /records | grep -E '^/records/[A-Z0-9-]+$' | head -1)
        case $2 in
        */versions/*)
            links "$role" "/records?form=case" | grep -E '^/records/[A-Z0-9-]+$' | head -5 |
                while read -r r; do links "$role" "$r/history" | grep /versions/ | head -1; done | head -1
            ;;
        *) [ -z "$record" ] || echo "$record${2#/records/\{record\}}" ;;
        esac
        ;;
    /drafts/{draft}) cat "$work/draft.$role" ;;
    /drafts/{draft}/{section}) [ ! -s "$work/draft.$role" ] || links "$role" "$(cat "$work/draft.$role")" |
        grep -E '^/drafts/[^/]*/[^/?]+$' | grep -vE '/(check|discard|compare|conflict)$' | sort -u ;;
    /drafts/{draft}/*) sed "s|\$|/${2##*/}|" "$work/draft.$role" ;;
    /lists/{list}) echo /lists/CL_COUNTRY ;;
    /linkage/pairs/{a}/{b}*)
        pair=$(links "$role" /linkage | grep -E '^/linkage/pairs/' | head -1)
        [ -z "$pair" ] || echo "${pair%%\?*}${2#/linkage/pairs/\{a\}/\{b\}}"
        ;;
    /linkage/persons/{record}/values/*)
        links "$role" /linkage/answers | grep -E '^/linkage/persons/.*/values/' | head -1 | sed "s|?.*||; s|\$|${2#*\{variable\}}|"
        links "$role" /linkage/answers | grep -E '^/linkage/persons/[^/]*$' | head -1
        ;;
    /linkage/persons/{record})
        links "$role" /linkage/answers | grep -E '^/linkage/persons/[A-Z0-9-]+' | head -1 | sed 's|/values.*||'
        ;;
    /linkage/jobs/*) ;;
    /linkage/conflicts | /linkage/answers | /linkage/runs | /linkage/quality) echo "$2" ;;
    /linkage/decisions) printf '%s\n' "$2" "$2?people=1" "$2?state=waits" "$2?state=undone" "$2?state=in_force" "$2?form=victim" ;;
    /linkage/sample) printf '%s\n' "$2" "$2?size=50" ;;
    /linkage) printf '%s\n' "$2" "$2?state=all" "$2?state=unsure" "$2?band=above" "$2?band=below" "$2?state=all&band=review" "$2?state=confirm" ;;
    /dashboards/{name}) links "$role" /dashboards | grep -E '^/dashboards/[a-z-]+$' | sort -u ;;
    /questions/{question}) links "$role" /questions | grep -E '^/questions/[^/]+$' | head -1 ;;
    /help/{page} | /help/{folder}/{page}) links "$role" /help | grep -E "^/help/[^/]+$(echo "$2" | grep -q folder && echo '/[^/]+')\$" | head -2 ;;
    /accounts/{account}) links "$role" /accounts | grep -E '^/accounts/' | head -1 ;;
    /organisations/{code}) links "$role" /organisations | grep -E '^/organisations/' | head -1 ;;
    /audit) printf '%s\n' /audit '/audit?action=record.view' '/audit?who=manager' ;;
    /batches/{batch}/undo) links "$role" /batches | grep -E '/undo$' | head -1 ;;
    /backups/{backup}) links "$role" /backups | grep -E '^/backups/' | head -1 ;;
    /keys/{slot}) links "$role" /keys | grep -E '^/keys/' | head -1 ;;
    /requests/{request}) links "$role" /requests | grep -E '^/requests/' | head -1 ;;
    /referrals/{referral}) links "$role" /referrals | grep -E '^/referrals/' | head -1 ;;
    /approvals/{approval}) links "$role" /approvals | grep -E '^/approvals/' | head -1 ;;
    /imports/* | /import/* | /emergency/\{*) ;;
    *) echo "$2" ;;
    esac
}

# ---- measuring ----

alone() { # role address
    count=${DCIM_BENCH_ALONE:-11}
    set -- "$1" "$us$2"
    role=$1 at=$2
    set --
    for i in $(seq $((count + 1))); do set -- "$@" -o /dev/null "$at"; done
    curl -s -w '%{http_code} %{time_starttransfer}\n' -H "Cookie: $(cat "$work/$role")" "$@" | tail -n +2 >"$work/times"
    code=$(cut -d' ' -f1 "$work/times" | sort -u | tr '\n' ' ')
    cut -d' ' -f2 "$work/times" | sort -n | awk -v w="${at#"$us"}" -v role="$role" -v code="$code" '
        { v[NR] = $1 * 1000 }
        END { m = v[int((NR + 1) / 2)]
            printf "%-10s %-52s %7.1f ms (%.1f)%s%s\n", role, w, m, v[1], code == "200 " ? "" : "  answers " code,
                (m > 20 ? "  OVER 20 ms" : "") }'
}

echo "$rows victim records asked for; load before: $(cut -d' ' -f1-3 /proc/loadavg)"
"$build/bench/bench_routes" list | grep -v '^/leave ' | grep -E -- "$only" >"$work/routes"
for role in $roles; do
    draft_of "$role" >"$work/draft.$role"
    while read -r pattern operation; do
        addresses "$role" "$pattern" | sort -u >"$work/addresses"
        while read -r at; do
            code=$(curl -s -o /dev/null -w '%{http_code}' -H "Cookie: $(cat "$work/$role")" "$us$at")
            echo "$pattern $code" >>"$work/seen"
            [ "$code" = 200 ] || continue
            alone "$role" "$at" </dev/null | tee -a "$work/result"
        done <"$work/addresses"
    done <"$work/routes"
done
echo "over 20 ms:"
grep 'OVER' "$work/result" || echo "  none"
echo "not measured (nothing of the kind in this register, or none of these accounts may see it):"
while read -r pattern operation; do
    grep -qxF "$pattern 200" "$work/seen" || echo "  $pattern"
done <"$work/routes"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
