#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# docs/howto/add-a-country.md, followed to the letter: every command of it is run in its order, in an empty folder.
#  1 all commands end well; a small fifth country stands   2 its words, statuses, regions, questions are its own
#  3 its rules judge: the association may not decide, the dry run keeps nothing   4 its report, its change
set -eu
fail() { echo "FAILED: $*" >&2; tail -20 out.txt >&2; exit 1; }
cp -r "$DCIM_SOURCE_DIR/data" data
mkdir bin docs
cp -r "$DCIM_SOURCE_DIR/docs/handbook" docs/
ln -s "$DCIM_PROGRAM" bin/dcim
PATH=$PWD/bin:$PATH
export PATH
unset DCIM_REPOSITORY DCIM_KEY_FILE DCIM_LANGUAGE || true

# 1
awk '/^```sh/ { p = 1; next } /^```/ { p = 0 } p' "$DCIM_SOURCE_DIR/docs/howto/add-a-country.md" >follow.sh
[ "$(wc -l <follow.sh)" -gt 100 ] || fail "the commands were not found"
sh -eu follow.sh >out.txt 2>&1 || fail "a command of the how-to ended with status $?"

# 2
export DCIM_DATA=$PWD/data DCIM_REPOSITORY=$PWD/register DCIM_KEY_FILE=$PWD/ruritania.key
dcim pack check data --pack qm >checked.txt || fail "the pack is not good"
# the core does not speak Ruritanian; of that alone the check warns
! grep '\[warning\]' checked.txt | grep -v "words in 'qrt'" || fail "the check warns"
dcim codes CL_NUTS | grep -q Strelsau || fail "no regions of its own"
dcim codes CL_VSTATUS | grep -q 'Recognised victim' || fail "no statuses of its own"
dcim codes CL_VSTATUS --language qrt | grep -q 'Rekonita viktim' || fail "not in its language"
dcim variables --form victim | grep -q qm_joint_decision || fail "no question of its own"
! dcim variables --form victim | grep -q '^birth_place ' || fail "what it hides is there"
dcim codebook --form victim | grep -q QM01 || fail "no rule of its own"

# 3
grep -q 'In Ruritania this kind of organisation cannot decide this status' out.txt || fail "Q17 did not judge"
[ "$(dcim record list --form victim --json | grep -c '"record": ')" -eq 2 ] || fail "not two records"

# 4
dcim report run YEARLY --year 2024 --json | grep -q '"report": "YEARLY"' || fail "no report"
dcim audit verify >/dev/null || fail "the log"
dcim check >/dev/null || fail "the check"
echo ok
