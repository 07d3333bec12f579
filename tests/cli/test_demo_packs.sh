#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/demo*.c: the pilots of the Czech Republic, Poland and Slovakia.
#  1 each is made without a refused row that was not planted, and says what is synthetic   2 every link leads to a record
#  3 log and pages hold   4 its stages and Programme add up to what was scaled   5 every table of the national report has
#  figures   6 files in the habits of the country   7 a country without figures is refused
set -eu
export DCIM_DATA="$DCIM_SOURCE_DIR/data"
fail() {
    echo "test_demo_packs: $*" >&2
    exit 1
}
# A table without protection, into cells.csv.
cell() { # form, rows, columns, where, count
    "$DCIM_PROGRAM" table --form "$1" --rows "$2" ${3:+--columns "$3"} ${4:+--where "$4"} --count "$5" --protect none \
        --format csv >cells.csv || fail "no table of $1 by $2"
}

one() { # pack
    pack=$1
    demo=$PWD/$pack
    "$DCIM_PROGRAM" demo "$demo" --pack "$pack" --records 400 --seed 3 --json >$pack.json || fail "$pack is not made"
    export DCIM_REPOSITORY=$demo DCIM_KEY_FILE=$demo.key
    grep -q '"synthetic": true' $pack.json || fail "$pack: not said to be synthetic"

    # 1: file by file
    awk '/"refused":/ { gsub(/[^0-9]/, ""); r = $0 } /"planted":/ { gsub(/[^0-9]/, ""); if ($0 != r) bad++ }
         /"unknown_columns": \[$/ { bad++ } END { exit bad > 0 }' $pack.json || fail "$pack: a row was refused that was not meant to be"

    # 2
    "$DCIM_PROGRAM" --language en quality >quality.txt || fail "$pack: no quality report"
    grep -q "Every link leads to a record" quality.txt || fail "$pack: links lead nowhere: $(cat quality.txt)"
    grep -q "In no year were more persons convicted" quality.txt || fail "$pack: more convicted than prosecuted"

    # 3
    "$DCIM_PROGRAM" audit verify >/dev/null || fail "$pack: the log does not hold"
    "$DCIM_PROGRAM" check >/dev/null || fail "$pack: the check finds damage"

    # 5
    layout "$DCIM_DATA/layouts/national-$pack.csv" >layout.txt
    [ "$(wc -l <layout.txt)" -ge 14 ] || fail "$pack: the layout has hardly any table"
    while IFS='|' read -r table form rows columns where count; do
        cell "$form" "$rows" "$columns" "$where" "$count"
        grep -Eq '^"T",.*,[1-9][0-9]*,' cells.csv || fail "$pack: table $table of the national report is empty"
    done <layout.txt
}

# report and table, form, rows, columns, where, count of each table, between bars. Cells may be quoted.
layout() {
    awk '{ line = $0; n = 0
           while (line != "") {
               if (substr(line, 1, 1) == "\"") { match(line, /^"([^"]|"")*"/); v = substr(line, 2, RLENGTH - 2); gsub(/""/, "\"", v) }
               else { match(line, /^[^,]*/); v = substr(line, 1, RLENGTH) }
               line = substr(line, RLENGTH + 1); f[++n] = v
               if (line == ",") f[++n] = ""
               line = substr(line, 2)
           }
           if (NR == 1) { for (i = 1; i <= n; i++) at[f[i]] = i; next }
           print f[at["report"]] " " f[at["table"]] "|" f[at["form"]] "|" f[at["rows"]] "|" f[at["columns"]] "|" \
                 f[at["where"]] "|" f[at["count"]] }' "$1"
}

total() { sed -n 's/^"T","[^"]*",\([0-9]*\).*/\1/p' cells.csv | head -1; }

# Scale: 400 records of what the whole pilot would have; the sums follow by rounding (stages.csv, years.csv).
one cz
cell victim registration_year "" "\${programme_name} = 'CZ-PROG'" persons
awk -v n="$(total)" 'BEGIN { exit !(n >= 20 && n <= 30) }' || fail "cz: $(total) in the Programme, 141 of 2,263 records scaled"
head -c 400 cz-files/2-osoby-DIAKONIE.csv | grep -aq ";" || fail "cz: no semicolons"
iconv -f windows-1250 -t utf-8 cz-files/2-osoby-PCR-KRP.csv | head -1 | grep -q "Státní občanství" || fail "cz: no Czech labels in windows-1250"
[ -f cz-files/2-osoby-MV-OPK.xlsx ] || fail "cz: no workbook"

one pl
cell victim registration_year sex "\${programme_name} = 'PL-KCIK'" persons
awk -F, '/^"2022",.*"F"/ { f = $5 } /^"2022",.*"M"/ { m = $5 } END { exit !(m > f && f > 0) }' cells.csv ||
    fail "pl: of 2022 more men than women were published, 155 and 99: $(cat cells.csv)"
iconv -f windows-1250 -t utf-8 pl-files/2-osoby-KWP.csv | head -1 | grep -q "Obywatelstwo" || fail "pl: no Polish labels"

one sk
cell suspect stage_group event_year "" records
awk -F, '/^"suspected",.*"T"/ { s = $5 } /^"prosecuted",.*"T"/ { p = $5 } /^"convicted",.*"T"/ { c = $5 }
         END { exit !(s > p && p > c && c > 0) }' cells.csv || fail "sk: 345 suspected, 216 prosecuted, 130 convicted, scaled: $(cat cells.csv)"
[ "$(sed -n 's/^"suspected","[^"]*","T","[^"]*",\([0-9]*\),.*/\1/p' cells.csv)" = "$(sed -n 's/.*"suspects": \([0-9]*\).*/\1/p' sk.json)" ] ||
    fail "sk: not every suspect has a first step: $(cat cells.csv)"
iconv -f windows-1250 -t utf-8 sk-files/2-osoby-NJBPNM.csv | head -1 | grep -q "Štátne občianstvo" || fail "sk: no Slovak labels"

# a person who is both has a record in each data set, tied
cell suspect former_victim "" "" records
grep -q '^"yes","[^"]*",[1-9]' cells.csv || fail "sk: nobody was a victim before: $(cat cells.csv)"

# the summary in the language that was asked for, and of this country
"$DCIM_PROGRAM" --language en demo "$PWD/words" --pack sk --records 200 >words.txt
grep -q "Slov" words.txt || fail "the summary does not name the country"
grep -q "Portugal" words.txt && fail "the summary of Slovakia names Portugal"
[ "$(grep -c 'Total' words.txt)" -ge 3 ] || fail "no three tables"
"$DCIM_PROGRAM" --language sk demo "$PWD/slova" --pack sk --records 200 >slova.txt
grep -q "^Spolu" slova.txt && grep -q "Syntetický pilot, Slovensko" slova.txt || fail "the tables do not speak Slovak: $(cat slova.txt)"

# 7
"$DCIM_PROGRAM" demo "$PWD/none" --pack template >none.txt 2>&1 && fail "a country without figures was made"
grep -q "no figures to make a pilot" none.txt || fail "no word why: $(cat none.txt)"
