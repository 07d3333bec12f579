#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Pages over HTTP, signed in, with 100,000 records (DCIM_BENCH_ROWS), beside those of Debian's fossil, by one client
# (wrk, 200 connections that stay open). Both without TLS, which fossil 2.21 is not built to be measured with; both on
# loopback. In turns, so that both meet the same machine: requests a second, the slowest of a hundred, and the
# processor time of all processes of the server for one request, which does not depend on what else the machine does.
# Then each page by itself, when nobody else asks: the time to its first byte, median of DCIM_BENCH_ALONE (21).
#
# The register is made once and kept beside the program (bench-http-ROWS); remove it to have it made anew. About two
# minutes; DCIM_BENCH_SECONDS (5) for each measurement, DCIM_BENCH_ROUNDS (3), DCIM_BENCH_CONNECTIONS (200).
set -eu
dcim=${DCIM_PROGRAM:-$PWD/build/dcim}
rows=${DCIM_BENCH_ROWS:-100000} seconds=${DCIM_BENCH_SECONDS:-5} rounds=${DCIM_BENCH_ROUNDS:-3}
for need in wrk fossil curl; do
    command -v $need >/dev/null || { echo "bench_http: needs $need (apt-get install wrk fossil curl)"; exit 0; }
done
export DCIM_DATA="${DCIM_SOURCE_DIR:-$PWD}/data" DCIM_LANGUAGE=en DCIM_REPOSITORY=r DCIM_KEY_FILE=r.key USER=bench
folder=$(dirname "$dcim")/bench-http-$rows
ours= theirs=
finish() { for p in $ours $theirs; do kill "$p" 2>/dev/null || true; done; wait; }
trap finish EXIT
trap 'exit 1' INT TERM
port=$((21000 + $$ % 20000))
password="violet trombone morning"

make_ours() {
    awk -v n="$rows" 'BEGIN {
        split("PT BR RO UA NG IN NP BD MD BG VN AO CV GW MA SN PK CN ES FR", country)
        split("E210 E110 E310 E410", form)
        print "source_file_no,entry_date,sex,age_at_registration,citizenship,recruitment_country,exploitation_form," \
            "labour_sector,exploitation_country,exploitation_start,main_form_flag,victim_status,status_decision_date," \
            "status_decided_by,legal_basis"
        for (i = 0; i < n; i++)
            printf "R%07d,2023-%02d-15,%s,%d,%s,PT,%s,A01,PT,2022-%02d,yes,S30,2023-12-%02d,14,LB3\n",
                i, 1 + i % 11, i % 2 ? "M" : "F", 20 + i % 40, country[1 + i * 7 % 20], form[1 + i % 3 % 4],
                1 + i % 12, 1 + i % 28
    }' >rows.csv
    "$dcim" init r --pack pt >/dev/null
    "$dcim" organisation add --code GNR --type police --name Guarda >/dev/null
    "$dcim" import rows.csv --form victim --organisation GNR >import.txt
    rm rows.csv
    "$dcim" account add maria --name Maria --as data-manager | sed -n 's/^code *//p' >code
}

make_theirs() {
    export HOME=$PWD
    fossil init f.fossil >/dev/null
    mkdir co
    cd co
    fossil open ../f.fossil >/dev/null
    for i in $(seq 60); do
        echo "line $i" >"file$i.txt"
        fossil add "file$i.txt" >/dev/null
        fossil commit -m "change $i" --no-warnings >/dev/null 2>&1
    done
    cd ..
}

if [ ! -e "$folder/made" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    make_ours
    make_theirs
    touch made
fi
cd "$folder"
export HOME=$PWD

"$dcim" serve --port $port --insecure-plain --insecure-no-second-factor --insecure-root --rate 1000000 \
    --burst 1000000 >serve.log 2>&1 &
ours=$!
fossil server --localhost --port $((port + 1)) f.fossil >fossil.log 2>&1 &
theirs=$!
us=http://localhost:$port them=http://localhost:$((port + 1))
i=0
until curl -s -o /dev/null "$us/sign-in" && curl -s -o /dev/null "$them/"; do
    i=$((i + 1))
    [ $i -lt 150 ] || { echo "bench_http: a server does not begin"; cat serve.log; exit 1; }
    sleep 0.2
done
send() { curl -s -i -H "Origin: $us" -H "Sec-Fetch-Site: same-origin" "$@" | sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p'; }
if [ -e code ]; then
    cookie=$(send --data-urlencode account=maria --data-urlencode "code=$(cat code)" \
        --data-urlencode "password=$password" "$us/activate")
    rm code
else
    cookie=$(send --data-urlencode account=maria --data-urlencode "password=$password" "$us/sign-in")
fi
[ -n "$cookie" ] || { echo "bench_http: nobody could sign in"; exit 1; }
get() { curl -s -H "Cookie: $cookie" "$@"; }

# Hundredths of a second of processor time that a server and its children have taken.
ticks() {
    cat $(for p in $1 $(pgrep -P $1); do echo /proc/$p/stat; done) 2>/dev/null |
        sed 's/.*) //' | awk '{ t += $12 + $13 + $14 + $15 } END { print t + 0 }'
}

measure() { # file server words address
    before=$(ticks "$2")
    wrk -t1 -c"${DCIM_BENCH_CONNECTIONS:-200}" -d"${seconds}s" --timeout 20s --latency -H "Cookie: $cookie" "$4" >wrk.log
    after=$(ticks "$2")
    ! grep -q 'Non-2xx' wrk.log || { echo "bench_http: $3: $(grep Non-2xx wrk.log)"; exit 1; }
    awk -v t=$((after - before)) '$2 == "requests" { n = $1 } $1 == "Requests/sec:" { r = $2 }
        $1 == "99%" { p = $2 } END { printf "%.0f %.3f %s\n", r, n ? t * 10 / n : 0, p }' wrk.log >>"$1.log"
    printf '  %-30s %7.0f a second   p99 %9s   %7.3f ms of processor\n' "$3" $(awk 'END { print $1, $3, $2 }' "$1.log")
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
compare() { # words ours theirs
    r=$(cut -d' ' -f1 "$2.log" | median) f=$(cut -d' ' -f1 "$3.log" | median)
    c=$(cut -d' ' -f2 "$2.log" | median) g=$(cut -d' ' -f2 "$3.log" | median)
    awk -v w="$1" -v r="$r" -v f="$f" -v c="$c" -v g="$g" 'BEGIN {
        printf "%-44s %5.1f times the rate, %5.1f times less processor time\n", w, r / f, g / (c > 0 ? c : 0.001) }'
}

rm -f home.log list.log timeline.log dir.log
echo "$rows records; load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for page in $us/ $us/records $them/timeline $them/dir; do
    printf '  %-40s %s\n' "${page#http://}" "$(get -o page -w '%{http_code}, %{size_download} bytes' "$page")"
done
for round in $(seq "$rounds"); do
    measure timeline $theirs "fossil: timeline of 50" "$them/timeline"
    measure list $ours "dcim: list of 50 records" "$us/records"
    measure dir $theirs "fossil: folder of 60 files" "$them/dir"
    measure home $ours "dcim: home page" "$us/"
done
compare "list of 50 records : fossil's timeline of 50" list timeline
compare "list of 50 records : fossil's folder of 60" list dir
compare "home page : fossil's folder" home dir

alone() { # words curl's arguments
    words=$1
    shift
    for i in $(seq "${DCIM_BENCH_ALONE:-21}"); do get -o page -w '%{http_code} %{time_starttransfer}\n' "$@"; done >alone.log
    grep -qv '^200 ' alone.log && echo "bench_http: $words answers $(grep -v '^200 ' alone.log | head -1)"
    cut -d' ' -f2 alone.log | sort -n | awk -v w="$words" '{ v[NR] = $1 * 1000 } END { m = v[int((NR + 1) / 2)]
        printf "  %-44s %6.1f ms (fastest %.1f)%s\n", w, m, v[1], (m > 20 ? "  OVER 20 ms" : "") }'
}
echo "each page by itself:"
record=$(get "$us/records" | sed -n 's|.*href="/records/\([A-Z0-9-]*\)".*|\1|p' | head -1)
for page in / /records "/records?after=50000" "/records?form=victim" "/records/$record" "/records/$record/history" \
    /new /review /batches /import /explore /dashboards /referrals /account /help; do
    code=$(get -o page -w '%{http_code}' "$us$page")
    [ "$code" = 200 ] && alone "$page" "$us$page" || echo "  $page answers $code"
done
csrf=$(get "$us/explore" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
alone "table of citizenship and form" -H "Origin: $us" -H "Sec-Fetch-Site: same-origin" --data-urlencode "csrf=$csrf" \
    -d do=table -d form=victim -d rows=citizenship -d columns=exploitation_form -d count=records "$us/explore"
grep -q app-table page || grep -q '<table' page || echo "  that page shows no table"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
