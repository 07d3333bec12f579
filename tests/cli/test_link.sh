#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/link.c, by the program itself on a small synthetic pilot
#  1 what a run finds, its runs; a dry run keeps nothing   2 the queue and a pair side by side, no
#  identifier in them   3 deciding and undoing: persons are counted as before   4 reviewing line by line, from a pipe, and as
#  JSON   5 persons, decisions, contradictions, quality, sample   6 who may not; what cannot be
#  7 choosing whose answer counts: tables follow it, and are as before when it is taken back; what is settled is not open
#  8 where two people must agree, a decision waits, and nobody confirms their own
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
persons() { "$dcim" info --json | sed -n 's/.*"persons": \([0-9]*\).*/\1/p' | head -1; }

"$dcim" demo pilot --records 600 --seed 5 >demo.txt 2>&1 || fail "the pilot: $(cat demo.txt)"
export DCIM_REPOSITORY=pilot DCIM_KEY_FILE=pilot.key
grep -q "counted by linkage" demo.txt || fail "the pilot was not linked"

# 1
export DCIM_PURPOSE="test of linkage"
before=$(persons)
"$dcim" link run --form victim --dry-run >dry.txt || fail "a dry run"
grep -q "pairs would be joined" dry.txt || fail "a dry run says: $(cat dry.txt)"
[ "$("$dcim" link runs --form victim | grep -c '^ *[0-9]')" -eq 1 ] || fail "a dry run was kept"
"$dcim" link run >run.txt || fail "a run"
grep -q "pairs joined" run.txt && grep -q "persons counted" run.txt || fail "a run says: $(cat run.txt)"
[ "$(persons)" -eq "$before" ] || fail "the same run finds other persons"
[ "$("$dcim" link runs --form victim | grep -c '^ *[0-9]')" -eq 2 ] || fail "no second run"

# 2
"$dcim" link list --state all --limit 3 >list.txt || fail "the list"
grep -q "pairs fit, 3 are shown" list.txt || fail "the list says: $(cat list.txt)"
"$dcim" link list --state all --limit 1 --json >one.json
a=$(sed -n 's/.*"a": "\(.*\)",/\1/p' one.json) b=$(sed -n 's/.*"b": "\(.*\)",/\1/p' one.json)
"$dcim" link show "$a" "$b" >pair.txt || fail "a pair"
for words in "$a - $b" "For one person: " "Compared  " "How it agrees" "First record" "They count as one person now"; do
    grep -qF -- "$words" pair.txt || fail "a pair does not say $words: $(cat pair.txt)"
done
cut -d';' -f7 pilot-files/1-sinalizacoes-PSP.csv | tail -n +2 | grep -a '^[A-Z][a-z]* [A-Z][a-z]*$' | sort -u >names.txt
[ -s names.txt ] || fail "no names to look for"
cat list.txt pair.txt run.txt >said.txt
while read -r name; do ! grep -qF -- "$name" said.txt || fail "the name $name is said"; done <names.txt

# 3
"$dcim" link decide "$a" "$b" --verdict different --reason "a test" >done.txt || fail "deciding"
grep -q "Different persons" done.txt || fail "it says: $(cat done.txt)"
[ "$(persons)" -eq $((before + 1)) ] || fail "$(persons) persons, $before before they were told apart"
"$dcim" link undo "$a" "$b" --reason "it was a test" >/dev/null || fail "undoing"
[ "$(persons)" -eq "$before" ] || fail "undoing does not restore the count"
"$dcim" link decisions >decisions.txt
grep -q "a test" decisions.txt && grep -q "taken back by" decisions.txt || fail "the history: $(cat decisions.txt)"

# 4: pairs of the sample of the band, or any that wait
waiting=$("$dcim" link list --json | sed -n 's/.*"open": \([0-9]*\),.*/\1/p' | head -1)
printf 'u too little is known\nq\n' | "$dcim" link review >review.txt || fail "reviewing"
if [ "$waiting" -gt 0 ]; then
    grep -q "^1 pair was decided" review.txt || fail "reviewing: $(cat review.txt)"
    left=$("$dcim" link list --json | sed -n 's/.*"open": \([0-9]*\),.*/\1/p' | head -1)
    [ "$left" -eq $((waiting - 1)) ] || fail "$left wait, $waiting before"
else
    grep -q "^0 pairs were decided" review.txt || fail "reviewing nothing: $(cat review.txt)"
fi
printf 'n\nq\n' | "$dcim" link review --json >review.json || fail "reviewing as JSON"
while read -r line; do case $line in '{'*'}') ;; *) fail "no document: $line" ;; esac; done <review.json
if [ "$waiting" -gt 1 ]; then
    refused 2 "needs a reason" sh -c "printf 's\\n' | '$dcim' link review"
fi

# 5
"$dcim" link person "$a" >person.txt || fail "a person"
grep -q "are this person" person.txt && grep -q "Holds for the person" person.txt || fail "a person: $(cat person.txt)"
"$dcim" link conflicts | grep -q "No decisions contradict" || fail "contradictions"
"$dcim" link values | grep -q "records that contradict each other" || fail "values"
"$dcim" link quality >quality.txt || fail "quality"
grep -q "by match keys alone they would be" quality.txt && grep -q "Known elsewhere too" quality.txt || fail "quality: $(cat quality.txt)"
"$dcim" link sample --size 2 | grep -q "are shown" || fail "a sample"
"$dcim" audit verify >/dev/null || fail "the log does not hold"
"$dcim" check >/dev/null || fail "the check finds damage"

# 6
refused 4 "may not" "$dcim" link list --role analyst
refused 4 "may not" "$dcim" link quality --role contributor
refused 2 "no such choice" "$dcim" link decide "$a" "$b" --verdict perhaps --reason x
refused 2 "000000000000" "$dcim" link show "$a" 000000000000
refused 2 "are not linked" "$dcim" link run --form case

# 7: records are called one person until the records of one contradict each other in sex
table() { "$dcim" table --form victim --rows sex,birth_year --protect none --format csv --output "$1" >/dev/null; }
open_values() { "$dcim" link values --json | sed -n 's/.*"open": \([0-9]*\),*$/\1/p' | tail -1; }
"$dcim" record list --form victim --limit 60 --json | sed -n 's/.*"record": "\(.*\)",*/\1/p' >codes.txt
found=
while [ -z "$found" ]; do
    x=$(sed -n 1p codes.txt) y=$(sed -n 2p codes.txt)
    [ -n "$y" ] || fail "no two records of different sex"
    sed -i 1d codes.txt
    "$dcim" link decide "$x" "$y" --verdict same --reason "a test" >/dev/null || continue
    if "$dcim" link person "$x" --json | tr -d '\n ' | grep -q '"variable":"sex","label":"[^"]*","section":"[^"]*","value":"[^"]*","rule":"[^"]*","rule_words":"[^"]*","conflict":true'; then found=1; else
        "$dcim" link undo "$x" "$y" --reason "a test" >/dev/null
    fi
done
table before.csv
waiting=$(open_values)
"$dcim" link choose "$x" sex --reason "seen on the passport" >first.txt || fail "choosing: $(cat first.txt)"
grep -q "chosen by people" first.txt && grep -q "seen on the passport" first.txt || fail "choosing says: $(cat first.txt)"
table first.csv
"$dcim" link choose "$y" sex --reason "the passport was false" >second.txt || fail "choosing another"
table second.csv
! cmp -s first.csv second.csv || fail "the table does not follow the choice"
cmp -s before.csv first.csv || cmp -s before.csv second.csv || fail "neither answer gives the table there was"
"$dcim" link values --state settled >settled.txt
grep -q "the passport was false" settled.txt || fail "what was settled: $(cat settled.txt)"
! "$dcim" link values | grep -q "(sex), chosen" || fail "a settled answer is open"
"$dcim" link unchoose "$x" sex --reason "a test" >/dev/null || fail "taking a choice back"
table again.csv
cmp -s first.csv again.csv || fail "the choice before it does not stand again"
"$dcim" link unchoose "$x" sex --reason "a test" | grep -q "taken back by" || fail "taking the first choice back"
table after.csv
cmp -s before.csv after.csv || fail "taking back does not restore the table"
[ "$(open_values)" -eq "$waiting" ] || fail "$(open_values) are open, $waiting before"
refused 5 "nothing was chosen" "$dcim" link unchoose "$x" sex --reason "a test"
refused 2 "has one answer to a variable" "$dcim" link choose "$x" family_name --reason "a test"
refused 2 "reason" "$dcim" link choose "$x" sex
refused 4 "may not" "$dcim" link choose "$x" sex --reason "a test" --role analyst
"$dcim" audit list --json | grep -q '"link.unchoose"' || fail "no entry of taking a choice back"
"$dcim" check >/dev/null || fail "the check finds damage after choosing"

# 8
cp -R "$DCIM_DATA" data-four
sed -i 's/^linkage\.four_eyes,no,/linkage.four_eyes,yes,/' data-four/parameters.csv
grep -q '^linkage\.four_eyes,yes,' data-four/parameters.csv || fail "the parameter was not found"
DCIM_DATA=$PWD/data-four "$dcim" demo four --records 100 --seed 5 >/dev/null 2>&1 || fail "the pilot of two people"
export DCIM_REPOSITORY=four DCIM_KEY_FILE=four.key DCIM_DATA=$PWD/data-four
"$dcim" record list --form victim --limit 2 --json | sed -n 's/.*"record": "\(.*\)",*/\1/p' >codes.txt
x=$(sed -n 1p codes.txt) y=$(sed -n 2p codes.txt) before=$(persons)
"$dcim" link decide "$x" "$y" --verdict same --reason "the same document" >waits.txt || fail "deciding with two people"
grep -q "waits for a second person" waits.txt || fail "it does not wait: $(cat waits.txt)"
[ "$(persons)" -eq "$before" ] || fail "a decision counts before a second person agrees"
"$dcim" link decisions --state confirm | grep -q "$x" || fail "it is not listed for a second person"
refused 4 "nobody confirms a decision of their own" "$dcim" link confirm "$x" "$y"
[ "$(persons)" -eq "$before" ] || fail "it counts after all"
