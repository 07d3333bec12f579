#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of tools/words.sh and of the catalogues it keeps (data/i18n).
#  1 dcim.pot is what the sources give, twice the same   2 each catalogue passes msgfmt and our own reader
#  3 no language of LINGUAS lacks a message or has a draft: what is missing is listed
#  4 gaps and wrong conversions are found where there are some   5 the program speaks: help, mistakes, results,
#  pages; English where there is no catalogue, and in the manual page
set -u
i18n=$DCIM_SOURCE_DIR/data/i18n
words=$DCIM_SOURCE_DIR/tools/words.sh
failed=0
fail() { echo "test_words: $*"; failed=1; }

# 1
"$words" pot "$PWD/one.pot" || fail "cannot collect the words"
"$words" pot "$PWD/two.pot"
cmp -s one.pot two.pot || fail "two runs differ"
diff "$i18n/dcim.pot" one.pot >difference || {
    head -20 difference
    fail "data/i18n/dcim.pot is not what src and data/pages say: run make words"
}
for sentence in "The repository is sound." "folder for files and repository; empty or absent" \
    "the code '%s' is there twice" "a code never changes its meaning: delete or rename one of the rows" \
    "Variables, codes and rules of the national repository for data on trafficking in human beings." \
    "the workbook's archive is damaged: %s"; do
    msggrep --no-wrap -K -F -e "$sentence" one.pot | grep -q "^msgid" ||
        fail "not collected: $sentence"
done
if grep -q '%<PRI' one.pot; then fail "conversions of <inttypes.h> are not written out"; fi

# 2
for po in "$i18n"/*.po; do
    msgfmt -c -o /dev/null "$po" || fail "msgfmt refuses $po"
done
"$DCIM_PROGRAM" pack check "$DCIM_SOURCE_DIR/data" >checked || fail "pack check: $(cat checked)"
if grep '^i18n/' checked; then fail "the program finds problems in its catalogues"; fi

# 3
"$words" gaps >gaps || {
    cat gaps
    fail "$(wc -l <gaps) messages are not translated: translate them (docs/howto/translate.md)"
}

# 4
mkdir -p data/i18n
cp -r "$DCIM_SOURCE_DIR/data/dictionary" "$DCIM_SOURCE_DIR/data/codelists" "$DCIM_SOURCE_DIR"/data/*.csv data/
cat >data/i18n/cs.po <<'END'
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Language: cs\n"
"Plural-Forms: nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;\n"

#, c-format
msgid "could not write the output: %s"
msgstr "výstup nelze zapsat: %d"

#, fuzzy
msgid "Example:"
msgstr "Příklad:"
END
if "$words" gaps "$PWD/data/i18n/cs.po" >gaps; then fail "no gaps in a catalogue of two messages"; fi
grep -q 'cs.po: src/cli/show.c: "The repository is sound."' gaps || fail "a missing message is not listed"
grep -q 'cs.po: src/cli/help.c: draft: "Example:"' gaps || fail "a draft is not listed: $(grep Example gaps)"
"$DCIM_PROGRAM" pack check data >checked
grep -q '^i18n/cs.po row 8 \[warning\]: the conversions (percent signs) differ' checked ||
    fail "pack check does not say which entry is wrong: $(cat checked)"
printf 'msgid "open\n' >data/i18n/cs.po
if "$DCIM_PROGRAM" pack check data >checked; then fail "pack check passes a broken catalogue"; fi
grep -q '^i18n/cs.po' checked || fail "pack check does not name the broken catalogue: $(cat checked)"

# 5
says() { # language, what, arguments...
    language=$1 what=$2
    shift 2
    "$DCIM_PROGRAM" "$@" --data "$DCIM_SOURCE_DIR/data" --language "$language" >said 2>&1
    grep -qF -- "$what" said || fail "$language: \"$what\" is not in: $(head -5 said)"
}
says pt 'Para todos os comandos:' help import
says cs 'Pro každý příkaz:' help import
says pl 'Dla każdego polecenia:' help import
says sk 'Pre každý príkaz:' help import
says de 'For every command:' help import
says cs 'dcim: dcim import potřebuje FILE: soubor CSV' import
says pl 'czy chodziło o `dcim table`?' tablee
says sk 'Premenné, kódy a pravidlá národného úložiska' codebook --pack sk
says pt 'Em ordem: ' pack check "$DCIM_SOURCE_DIR/data"
DCIM_LANGUAGE=pl "$DCIM_PROGRAM" help >said
grep -qF 'krajowe repozytorium danych o handlu ludźmi' said || fail "DCIM_LANGUAGE is not heard"
DCIM_LANGUAGE=pl "$DCIM_PROGRAM" man >said
grep -qF 'national repository for data on trafficking' said || fail "the manual page is not English"
exit $failed
