#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/link.c, by the program itself on a small synthetic pilot
#  1 what a run finds, its runs; a dry run keeps nothing   2 the queue and a pair side by side, no
#  identifier in them   3 deciding and undoing: persons are counted as before   4 reviewing line by line, from a pipe, and as
#  JSON   5 persons, decisions, contradictions, quality, sample   6 who may not; what cannot be
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
cut -d, -f2-3 pilot-files/2-casos-PJ.csv | tail -n +2 | tr ',' '\n' | sort -u | grep '^[A-Z][a-z]* [A-Z]' >names.txt || true
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
    grep -q "^1 pairs were decided" review.txt || fail "reviewing: $(cat review.txt)"
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
