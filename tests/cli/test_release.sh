#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/release.c, by the program itself on a small synthetic pilot
#  1 prepared of a file of tables, listed, shown with its tables   2 nobody decides about their own; what waits is not
#  withdrawn   3 the document's bytes have the digest that is shown; a table of it as CSV and workbook
#  4 what cannot be: no tables, unknown members, a file that is none, a role that may not   5 as JSON
# That another person approves and withdraws: tests/service/test_op_release.c, tests/browser/story_release.mjs.
set -eu
dcim=$DCIM_PROGRAM
export DCIM_DATA="$DCIM_SOURCE_DIR/data" DCIM_LANGUAGE=en
unset DCIM_PURPOSE || true

fail() { echo "FAILED: $*" >&2; exit 1; }
refused() { # status, words, command...
    want=$1 words=$2 status=0
    shift 2
    "$@" >out.txt 2>err.txt || status=$?
    [ $status -eq "$want" ] || fail "$*: status $status: $(cat err.txt)"
    grep -q "$words" err.txt || fail "$*: $(cat err.txt)"
}

"$dcim" demo pilot --records 300 --seed 5 >demo.txt 2>&1 || fail "the pilot: $(cat demo.txt)"
export DCIM_REPOSITORY=pilot DCIM_KEY_FILE=pilot.key DCIM_PURPOSE="yearly release"
cat >tables.json <<'END'
[{"form": "victim", "rows": ["sex"], "columns": ["registration_year"]},
 {"form": "victim", "rows": ["sex"], "count": "records", "where": "${registration_year} > 2015"}]
END

# 1
"$dcim" release create --title "Victims" --note "A note" --tables tables.json >made.txt || fail "preparing"
grep -q "Release 1 is prepared and waits" made.txt || fail "it says: $(cat made.txt)"
"$dcim" release list >list.txt
grep -q "Victims" list.txt && grep -q "Waits for a second person" list.txt || fail "the list: $(cat list.txt)"
"$dcim" release show 1 >show.txt || fail "showing"
for words in "Release 1: Victims" "Note: A note" "Table 2" "F Female" "Counting unit: records" "Earlier releases" \
    "different filters"; do
    grep -qF -- "$words" show.txt || fail "no $words: $(cat show.txt)"
done

# 2
refused 4 "nobody decides about a release they prepared" "$dcim" release approve 1
refused 4 "nobody decides about a release they prepared" "$dcim" release refuse 1 --reason "no"
refused 5 "can be withdrawn" "$dcim" release withdraw 1 --reason "no"

# 3
"$dcim" release download 1 --output one.json >/dev/null || fail "the document"
digest=$(sed -n 's/^SHA-256: //p' show.txt)
[ "$(sha256sum one.json | cut -d' ' -f1)" = "$digest" ] || fail "other bytes than $digest"
"$dcim" release download 1 --format csv --table 1 >one.csv || fail "a table"
head -1 one.csv | grep -q '^"sex","sex_label","registration_year"' || fail "the table: $(head -1 one.csv)"
"$dcim" release download 1 --format xlsx --table 2 --output two.xlsx >/dev/null || fail "a workbook"
[ -s two.xlsx ] || fail "no workbook"
refused 2 "has 2 tables" "$dcim" release download 1 --format csv --table 3

# 4
refused 2 "from 1 to 12 tables" "$dcim" release create --title "None"
echo '[{"form":"victim","rws":["sex"]}]' >wrong.json
refused 2 "no parameter rws" "$dcim" release create --title "Wrong" --tables wrong.json
echo '{"form":"victim"}' >wrong.json
refused 3 "not a list of tables" "$dcim" release create --title "Wrong" --tables wrong.json
refused 4 "may not" "$dcim" --role analyst release create --title "Wrong" --tables tables.json

# 5
"$dcim" release list --json | grep -q '"release": 1' || fail "no JSON"
