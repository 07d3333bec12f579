#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Pages over HTTP, signed in, with 100,000 records (DCIM_BENCH_ROWS), beside those of Debian's fossil, by one client
# (wrk, 200 connections that stay open). Both without TLS, which fossil 2.21 is not built to be measured with; both on
# loopback. Requests a second, the slowest of a hundred, and the time of one page when nobody else asks.
set -eu
dcim=${DCIM_PROGRAM:-$PWD/build/dcim}
rows=${DCIM_BENCH_ROWS:-100000}
for need in wrk fossil curl; do
    command -v $need >/dev/null || { echo "bench_http: needs $need (apt-get install wrk fossil curl)"; exit 0; }
done
export DCIM_DATA="${DCIM_SOURCE_DIR:-$PWD}/data" DCIM_LANGUAGE=en DCIM_REPOSITORY=r DCIM_KEY_FILE=r.key USER=bench
folder=$(mktemp -d /var/tmp/dcim-bench.XXXXXX)
ours= theirs=
finish() { for p in $ours $theirs; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$folder"; }
trap finish EXIT
trap 'exit 1' INT TERM
cd "$folder"
export HOME=$folder
port=$((21000 + $$ % 20000))

awk -v n="$rows" 'BEGIN {
    print "source_file_no,entry_date,sex,age_at_registration,citizenship,recruitment_country,exploitation_form,labour_sector," \
        "exploitation_country,exploitation_start,main_form_flag,victim_status,status_decision_date,status_decided_by,legal_basis"
    for (i = 0; i < n; i++)
        printf "R%07d,2023-%02d-15,%s,%d,PT,PT,E210,A01,PT,2022-%02d,yes,S30,2023-12-%02d,14,LB3\n",
            i, 1 + i % 11, i % 2 ? "M" : "F", 20 + i % 40, 1 + i % 12, 1 + i % 28
}' >rows.csv
"$dcim" init r --pack pt >/dev/null
"$dcim" organisation add --code GNR --type police --name Guarda >/dev/null
"$dcim" import rows.csv --form victim --organisation GNR >/dev/null
code=$("$dcim" account add maria --name Maria --as data-manager | sed -n 's/^code *//p')
"$dcim" serve --port $port --insecure-plain --insecure-no-second-factor --rate 1000000 --burst 1000000 >serve.log 2>&1 &
ours=$!
fossil init f.fossil >/dev/null
mkdir co
(
    cd co
    fossil open ../f.fossil >/dev/null
    for i in $(seq 60); do
        echo "line $i" >"file$i.txt"
        fossil add "file$i.txt" >/dev/null
        fossil commit -m "change $i" --no-warnings >/dev/null 2>&1
    done
)
fossil server --localhost --port $((port + 1)) f.fossil >fossil.log 2>&1 &
theirs=$!
i=0
until curl -s -o /dev/null "http://localhost:$port/sign-in" && curl -s -o /dev/null "http://localhost:$((port + 1))/"; do
    i=$((i + 1))
    [ $i -lt 100 ] || { echo "bench_http: a server does not begin"; exit 1; }
    sleep 0.2
done
cookie=$(curl -s -i -H "Origin: http://localhost:$port" -H "Sec-Fetch-Site: same-origin" --data-urlencode account=maria \
    --data-urlencode "code=$code" --data-urlencode "password=violet trombone morning" "http://localhost:$port/activate" |
    sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p')
[ -n "$cookie" ] || { echo "bench_http: nobody could sign in"; exit 1; }

measure() { # words address
    set -- "$1" "$2" "$(curl -s -o page -w '%{http_code} %{size_download}' -H "Cookie: $cookie" "$2")"
    case $3 in 200\ *) ;; *) echo "bench_http: $1 answers $3"; exit 1 ;; esac
    alone=$(for i in $(seq 51); do curl -s -o page -w '%{time_starttransfer}\n' -H "Cookie: $cookie" "$2"; done |
        sort -n | sed -n 26p)
    wrk -t1 -c200 -d8s --timeout 10s --latency -H "Cookie: $cookie" "$2" >wrk.log
    ! grep -q 'Non-2xx' wrk.log || { echo "bench_http: $1: $(grep Non-2xx wrk.log)"; exit 1; }
    printf '%-34s %7s bytes  %8s a second  p99 %9s  alone %.1f ms\n' "$1" "${3#200 }" \
        "$(sed -n 's/^Requests\/sec: *//p' wrk.log)" "$(awk '$1 == "99%" { print $2 }' wrk.log)" \
        "$(echo "$alone" | awk '{ print $1 * 1000 }')"
}
echo "load of the machine before: $(cut -d' ' -f1-3 /proc/loadavg)"
for round in 1 2; do
    measure "fossil: timeline" "http://localhost:$((port + 1))/timeline"
    measure "dcim: list of 100 records" "http://localhost:$port/records"
    measure "fossil: folder of 60 files" "http://localhost:$((port + 1))/dir"
    measure "dcim: list of 20 records" "http://localhost:$port/records?limit=20"
    measure "dcim: home page" "http://localhost:$port/"
done
echo "load of the machine after: $(cut -d' ' -f1-3 /proc/loadavg)"
