#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/quality.c, by the program itself on a small synthetic pilot
#  1 the text: sections, sentences; seconds on 2,000 records   2 JSON and CSV say the same
#  3 the page: balanced, nothing left of the template   4 who may not see raw counts
#  5 both data sets only for a purpose   6 wrong formats, forms, years   7 links of a record
set -eu
dcim=$DCIM_PROGRAM
export DCIM_DATA="$DCIM_SOURCE_DIR/data" DCIM_LANGUAGE=en
unset DCIM_PURPOSE || true

fail() { echo "FAILED: $*" >&2; exit 1; }

"$dcim" demo pilot --records 2000 >/dev/null 2>&1 || fail "the pilot"
export DCIM_REPOSITORY=pilot DCIM_KEY_FILE=pilot.key

# 1
start=$(date +%s)
"$dcim" quality >quality.txt
[ $(($(date +%s) - start)) -le 60 ] || fail "takes longer than a minute"
for title in 'At a glance' 'Where answers are lacking most (Q67)' 'Days from detection to registration (Q67)' \
    'Rules that records break today' 'Records of one person' 'Changes from year to year (Q63)' \
    'Nothing found, or not judged:'; do
    grep -qF "$title" quality.txt || fail "no section $title"
done
grep -q '^victim  *GNR ' quality.txt || fail "the GNR is not there"
grep -q 'persons, each counted once' quality.txt || fail "persons"
grep -q 'The records read add up' quality.txt || fail "totals"

# 2: the records of each organisation add up to those of the register, in both
"$dcim" quality --format json --output quality.json >/dev/null
"$dcim" quality --json >again.json
cmp -s quality.json again.json || fail "--json differs from --format json"
all=$(sed -n 's/^  "records": \([0-9]*\),*$/\1/p' quality.json)
"$dcim" quality --format csv --output quality.csv >/dev/null
sum=$(awk -F'","' '$1 ~ /"overview$/ && $7 == "records" { sub(/"$/, "", $8); n += $8 } END { print n }' quality.csv)
[ "$all" -gt 1000 ] && [ "$sum" -eq "$all" ] || fail "CSV has $sum records, JSON $all"
grep -q '^"completeness","victim","GNR","sex","","","share",' quality.csv || fail "completeness in the CSV"

# 3
"$dcim" quality --format html --output quality.html | grep -q 'Written to quality.html' || fail "where it is"
for tag in section table tbody tr td dl main header; do
    a=$(grep -o "<$tag[ >]" quality.html | wc -l) b=$(grep -o "</$tag>" quality.html | wc -l)
    [ "$a" -eq "$b" ] || fail "$a <$tag> but $b </$tag>"
done
! grep -q '{{' quality.html || fail "a tag was left"
grep -q '<td>GNR</td>' quality.html || fail "cells of the page"

# 4
"$dcim" quality --role publisher >publisher.txt
grep -q '^Counts below 3 are hidden' publisher.txt || fail "does not say what is hidden"
grep -q '<3' publisher.txt || fail "hides nothing"
"$dcim" quality --role publisher --format csv | grep -qE '","[12]"$' && fail "shows a small count" || true
status=0; "$dcim" quality --role auditor >/dev/null 2>err.txt || status=$?
[ $status -eq 4 ] || fail "an auditor reads it: status $status"

# 5
grep -q 'needs a purpose' quality.txt || fail "does not say that sets were not joined"
"$dcim" quality --purpose 'closing the year' | grep -q 'Q58q' || fail "convictions without victims"
"$dcim" audit list --limit 1 | grep -q 'record.link.*closing the year' || fail "the entry"

# 6
status=0; "$dcim" quality --format docx >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] && grep -q 'text, json, csv or html' err.txt || fail "a format there is not"
status=0; "$dcim" quality --form tourist >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] || fail "a form there is not: status $status"
status=0; "$dcim" quality --organisation NOBODY >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] || [ $status -eq 3 ] || fail "an organisation there is not: status $status"
"$dcim" quality --form victim --year 1999 | grep -q '^Quality of 0 records' || fail "a year without records"

# 7
record=$("$dcim" record list --form suspect --json | sed -n 's/^ *"record": "\(.*\)",*$/\1/p' | head -n 1)
status=0; "$dcim" record links "$record" >/dev/null 2>err.txt || status=$?
[ $status -eq 4 ] && grep -q -- '--purpose' err.txt || fail "links without a purpose: status $status"
"$dcim" record links "$record" --purpose test | grep -q "^suspect $record" || fail "links of a record"
echo ok
