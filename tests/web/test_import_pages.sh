#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/web/import_pages.c, routes_import.c and what stands behind them: the wizard, through the real processes
# of a server, by forms alone (no script).
#  1 a file with an error in each row is checked: each finding at its row, column and rule, and nothing is kept
#  2 it is imported; what is good is kept, once; the file comes back with _errors   3 undone, with a reason
#  4 what columns hold is changed, saved for the organisation, used again   5 a larger file goes in pieces, as a job that
#  shows itself   6 refused on clear pages: nothing chosen, empty, a PDF, a hostile workbook, larger than allowed, a form
#  without its token (S49)   7 of somebody else: uploads and jobs are not there (S52)   8 the converter is a process of
#  the supervisor and not of the desk, and nothing of the file is on the disk (S12, S68, S92)
set -eu
fail() {
    echo "test_import_pages: $*" >&2
    exit 1
}
export DCIM_DATA="$DCIM_SOURCE_DIR/data" DCIM_REPOSITORY="$PWD/register" DCIM_KEY_FILE="$PWD/register.key" DCIM_INSECURE_KDF=1
dcim() { "$DCIM_PROGRAM" "$@" 2>>dcim.err; }
dcim init "$PWD/register" --pack pt --key-file "$PWD/register.key" >/dev/null
dcim organisation add --code GNR --type police --name "Guarda" >/dev/null
dcim organisation add --code APAV --type ngo --name "Apoio" >/dev/null

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });')
at=https://localhost:$port
"$DCIM_PROGRAM" serve --port "$port" --insecure-no-second-factor --insecure-root >serve.txt 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || :; wait $server 2>/dev/null || :' EXIT
for _ in $(seq 150); do grep -q "$port" serve.txt && break; sleep 0.2; done
grep -q "$port" serve.txt || fail "the server does not begin: $(cat serve.txt)"

# ask WHO ADDRESS [curl...]: the page into page.html, the status into $status, where it leads into $to
ask() {
    who=$1 address=$2
    shift 2
    status=$(curl -sk -b "$who.jar" -c "$who.jar" -D head.txt -o page.html -w '%{http_code}' \
        -H "Origin: $at" -H "Sec-Fetch-Site: same-origin" "$@" "$at$address")
    to=$(tr -d '\r' <head.txt | sed -n 's/^[Ll]ocation: //p')
    csrf=$(sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' page.html | head -1)
    [ -z "$csrf" ] || token=$csrf
}
says() { grep -q -- "$1" page.html || fail "$address ($status) does not say: $1: $(sed -n '/<main/,$p' page.html | sed 's/<[^>]*>//g' | grep . | head -40)"; }
is() { [ "$status" = "$1" ] || fail "$address: $status, not $1: $(sed 's/<[^>]*>//g' page.html | grep . | head -20)"; }

token=
enter() { # account, organisation
    code=$(dcim account add "$1" --name "$1" --as contributor --organisation "$2" --json | sed -n 's/.*"code": "\([^"]*\)".*/\1/p')
    [ -n "$code" ] || fail "no activation code: $(cat dcim.err)"
    ask "$1" /activate
    ask "$1" /activate -d account="$1" -d code="$code" --data-urlencode "password=seven green rivers at noon" -d csrf="$token"
    is 303
    ask "$1" /import
    is 200
}
enter ana GNR
enter rui APAV

send() { # who, file: uploaded as victims; $upload
    ask "$1" /import
    organisation=$(sed -n 's/.*<option value="\([A-Z]*\)" selected>.*/\1/p' page.html | head -1)
    ask "$1" /import -F csrf="$token" -F form=victim -F organisation="$organisation" -F "file=@$2"
    upload=${to#/import/}
}
follow() { # who: where it leads
    ask "$1" "$to"
}
columns() { # what the page of columns would send, as arguments of curl
    awk -v RS='<select ' '/name="to_/ { match($0, /name="to_[0-9]+"/); n = substr($0, RSTART + 6, RLENGTH - 7)
        v = ""; if (match($0, /<option value="[^"]*" selected/)) { v = substr($0, RSTART + 15); sub(/".*/, "", v) } print "-F\n" n "=" v }' page.html
}
check() { # who: from the page of columns to that of the job; $job
    columns >fields.txt
    set -- "$1" $(tr '\n' ' ' <fields.txt)
    w=$1
    shift
    ask "$w" "/import/$upload/columns" -F csrf="$token" "$@"
    is 303
    job=${to#/imports/}
    for _ in $(seq 100); do
        ask "$w" "/imports/$job"
        grep -q "<progress" page.html || break
        sleep 0.3
    done
}
records() { dcim info --json | awk '/"name"|"form"/ { f = $0 } /"records"/ && f ~ /victim/ { gsub(/[^0-9]/, ""); print; exit }'; }

# 1
fixture="$DCIM_SOURCE_DIR/tests/fixtures/intake"
send ana "$fixture/twenty_errors.csv"
is 303
follow ana
says "First rows of the file"
says "trinta e três" # encodings are shown
ask ana "/import/$upload/columns"
says "Columns that nobody knows yet"
check ana
says "Nothing is kept yet"
ask ana "/imports/$job/findings"
tr -d '\n' <page.html | sed 's/<tr /\n/g' | sed -n 's/.*scope="row">\([0-9]*\)<\/th><td[^>]*>\([^<]*\)<.*app-table__about">\([^<]*\)<.*/\1,\2,\3/p' >found.csv
tail -n +2 "$fixture/twenty_errors_expected.csv" | tr -d '\r' | while IFS= read -r line; do
    grep -qx "$line" found.csv || fail "not found: $line in $(cat found.csv)"
done
[ "$(records)" = 0 ] || fail "a check has kept records"

# 2
ask ana "/imports/$job/file" -d csrf="$token"
is 200
grep -q '_errors' page.html || fail "no _errors column"
grep -qi 'attachment.*twenty_errors-errors.csv' head.txt || fail "not given as a file"
ask ana "/imports/$job"
ask ana "/imports/$job" -d csrf="$token"
is 303
follow ana
says "The file was imported"
[ "$(records)" = 1 ] || fail "records after the import: $(records)"

# 3
ask ana /batches
batch=$(sed -n 's/.*\/batches\/\([0-9]*\)\/undo.*/\1/p' page.html | head -1)
ask ana "/batches/$batch/undo"
ask ana "/batches/$batch/undo" -d csrf="$token" -d reason=
is 422
ask ana "/batches/$batch/undo" -d csrf="$token" -d "reason=sent too early"
is 303
follow ana
says "undone"

# 4
sed '1s/^source_file_no,entry_date/Processo,Dia/' "$fixture/twenty_errors.csv" | head -2 >other.csv
sed -i '2s/2023-05-15/04.05.2023/' other.csv
send ana other.csv
ask ana "/import/$upload/columns"
ask ana "/import/$upload/columns" -F csrf="$token" -F to_0=source_file_no -F to_1=entry_date -F order_1=dmy -F act=save -F "name=from the old system"
is 303
follow ana
says "It is saved for your next file"
send ana other.csv
ask ana "/import/$upload/columns"
says "from the old system"
ask ana "/import/$upload/saved" -d csrf="$token" -d "name=from the old system"
is 303
follow ana
says '<option value="entry_date" selected'
says '<option value="dmy" selected'
ask ana "/import/$upload/columns" -F csrf="$token" -F to_0=no_such_variable
is 400

# 5 over one piece, and a job that is looked at until it ends
awk -v OFS=, 'NR == 1 { print; next } NR == 2 { head = substr($0, index($0, ",")); for (i = 0; i < 12000; i++) print "B" i head }' "$fixture/twenty_errors.csv" >large.csv
[ "$(wc -c <large.csv)" -gt 1400000 ] || fail "not large enough"
send ana large.csv
is 303
ask ana "/import/$upload/columns"
check ana
says 12000
grep -qi "^refresh: 2" head.txt && fail "a page that is done asks again"
largejob=$job largeupload=$upload

# 6
ask ana /import
ask ana /import -F csrf="$token" -F form=victim -F organisation=GNR
is 422
says "Choose a file"
: >empty.csv
send ana empty.csv
is 422
says "The file is empty"
printf '%%PDF-1.4 nothing' >paper.csv
send ana paper.csv
is 303
follow ana
says "PDF"
printf 'PK\003\004hostile hostile hostile' >hostile.xlsx
send ana hostile.xlsx
is 303
follow ana
is 200
says "inset"
head -c 34000000 /dev/zero >huge.csv
ask ana /import
ask ana /import -F csrf="$token" -F form=victim -F organisation=GNR -F file=@huge.csv
is 413
send ana other.csv
ask ana "/import/$upload/columns"
token=0
ask ana "/import/$upload/columns" -F csrf=0 -F to_0=source_file_no
is 403

# 7
ask rui "/import/$largeupload"
is 404
ask rui "/import/$largeupload/columns"
is 404
ask rui "/imports/$largejob"
is 404
ask rui "/imports/$largejob/findings"
is 404
ask rui /import
ask rui /import -F csrf="$token" -F form=victim -F organisation=GNR -F file=@other.csv
[ "$status" = 403 ] || fail "records of another organisation: $status"

# 8
desk=$(ps -o pid=,args= --ppid "$server" | awk '/process desk/ { print $1 }')
[ -n "$desk" ] || fail "no desk: $(ps -o pid=,args= --ppid "$server")"
[ -z "$(ps -o pid= --ppid "$desk")" ] || fail "the desk has children"
# Sanitized builds are not shut in (base/sandbox_server.c): the shipped program is tried for that.
nm "$DCIM_PROGRAM" 2>/dev/null | grep -q __asan_init || grep -q "^Seccomp:.*2" "/proc/$desk/status" || fail "the desk is not shut in"
grep -rl "04.05.2023" register >/dev/null && fail "an upload lies in the register's folder"
kill $server
wait $server || :
trap - EXIT
dcim audit verify >/dev/null || fail "the log does not verify"
