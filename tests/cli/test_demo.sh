#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/demo*.c: the pilot as a newcomer gets it.
#  1 it is made, and says what is synthetic   2 the same seed gives the same files, another seed others
#  3 only rows with a planted error are refused, and their corrections are taken   4 what it holds can be tabulated,
#  verified, checked and read back   5 the years add up to what was published   6 a folder in use is left alone
set -eu
demo=$PWD/pilot
export DCIM_DATA="$DCIM_SOURCE_DIR/data"
fail() {
    echo "test_demo: $*" >&2
    exit 1
}
records=700
"$DCIM_PROGRAM" demo "$demo" --records $records --seed 7 >first.txt
for word in Synthetic "nothing in it is about a real person" demo.key "demonstration only" "Try:"; do
    case $word in demo.key) word=pilot.key ;; esac
    grep -q "$word" first.txt || fail "the summary does not say: $word"
done
[ "$(grep -c 'Total' first.txt)" -ge 3 ] || fail "no three tables"

# what it says to try can be typed as it stands
sed -n '/^Try:/,/ info$/p' first.txt | sed 's/^Try://' >try.sh
[ "$(wc -l <try.sh)" -eq 2 ] || fail "no two lines to try: $(cat try.sh)"
env -u DCIM_REPOSITORY -u DCIM_KEY_FILE sh -e try.sh | grep -q "^victim " || fail "cannot be typed: $(cat try.sh)"

# 2
"$DCIM_PROGRAM" demo "$PWD/again" --records $records --seed 7 --json >again.json
"$DCIM_PROGRAM" demo "$PWD/other" --records $records --seed 8 --json >other.json
for f in pilot-files/*; do
    cmp -s "$f" "again-files/${f#pilot-files/}" || fail "$f differs with the same seed"
done
cmp -s pilot-files/2-casos-GNR.csv other-files/2-casos-GNR.csv && fail "another seed gives the same file"
grep -q '"synthetic": true' again.json || fail "--json does not say synthetic"

# 3: rows refused equal rows sent again (each planted error is one row, and its correction another)
export DCIM_REPOSITORY=$demo DCIM_KEY_FILE=$demo.key
number() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$2" | head -1; }
refused=$(number refused again.json)
awk '/"refused":/ { gsub(/[^0-9]/, ""); r = $0 } /"planted":/ { gsub(/[^0-9]/, ""); if ($0 != r) bad++ } END { exit bad > 0 }' again.json ||
    fail "a row was refused that was not meant to be"
corrected=0
for f in pilot-files/3-correcoes-*.csv; do
    [ -f "$f" ] && corrected=$((corrected + $(wc -l <"$f") - 1))
done
[ "$refused" -gt 0 ] || fail "no planted error"
[ "$corrected" -le "$refused" ] || fail "more corrections ($corrected) than refusals ($refused)"
rows=$(number rows again.json)
"$DCIM_PROGRAM" info --json >info.json
held=$(sed -n 's/.*"records": \([0-9]*\).*/\1/p' info.json | awk '{ n += $1 } END { print n }')
[ "$held" -eq $((rows - refused)) ] || fail "$held records held, $rows rows, $refused refused"
grep -q "^    victim  *$(number records info.json) records; persons: $(number persons info.json) counted, [0-9]" first.txt ||
    fail "the summary does not say what the register counts"
grep -q "counted by linkage" first.txt || fail "no word on how persons are counted"
"$DCIM_PROGRAM" table --form victim --rows sex --protect none --format csv >persons.csv
[ "$(sed -n 's/^"T","Total",\([0-9]*\),.*/\1/p' persons.csv)" = "$(number persons info.json)" ] ||
    fail "info counts other persons than a table: $(cat persons.csv)"

# 4
"$DCIM_PROGRAM" audit verify >/dev/null || fail "the log does not hold"
"$DCIM_PROGRAM" check >/dev/null || fail "the check finds damage"
"$DCIM_PROGRAM" table --form victim --rows form_of_exploitation --columns sex,age_group >table.txt || fail "no table"
grep -q '\.\.' table.txt || fail "nothing is hidden in a table of small counts"
"$DCIM_PROGRAM" table --form suspect --rows procedural_stage --columns sex --count records >/dev/null || fail "no suspects"

# both data sets, tied: every link leads to a record, and stages follow the published 466, 284 and 157, scaled
"$DCIM_PROGRAM" quality >quality.txt || fail "no quality report"
grep -q "Every link leads to a record" quality.txt || fail "links lead nowhere: $(cat quality.txt)"
"$DCIM_PROGRAM" table --form suspect --rows stage_group --columns event_year --count records --protect none --format csv >stages.csv
stage() { sed -n "s/^\"$1\",\"[^\"]*\",\"T\",\"[^\"]*\",\([0-9]*\),.*/\1/p" stages.csv; }
suspects=$(number suspects again.json)
[ "$(stage suspected)" = "$suspects" ] || fail "$suspects suspects, $(stage suspected) first suspected: $(cat stages.csv)"
awk -v n="$suspects" -v p="$(stage prosecuted)" -v c="$(stage convicted)" \
    'BEGIN { exit !(p - n * 284 / 466 < 1.1 && n * 284 / 466 - p < 1.1 && c - n * 157 / 466 < 1.1 && n * 157 / 466 - c < 1.1) }' ||
    fail "of $suspects suspects $(stage prosecuted) prosecuted, $(stage convicted) convicted"
"$DCIM_PROGRAM" table --form suspect --rows former_victim --count records --protect none --format csv | grep -q '^"yes","[^"]*",[1-9]' ||
    fail "no suspect was a victim before"
"$DCIM_PROGRAM" table --form victim --rows registration_year --where '${programme_name} = "CAP"' --protect none --format csv |
    grep -q '^"T","[^"]*",[1-9]' || fail "nobody is sheltered"

# 5: a pilot of the published size would be needed to hold its years against years.csv; their proportions show already
"$DCIM_PROGRAM" table --form victim --rows registration_year --protect none --format csv >years.csv
most=$(awk -F, '$1 ~ /^"20/ { gsub(/"/, ""); if ($3 + 0 > n) { n = $3; y = $1 } } END { print y }' years.csv)
[ "$most" = 2023 ] || fail "2023 is not the year with most persons, but $most"

# 6
"$DCIM_PROGRAM" demo "$demo" >used.txt 2>&1 && fail "a folder in use was taken"
grep -q "not empty" used.txt || fail "no word that the folder is in use"
