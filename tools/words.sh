#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The program's own words: collect them from src/, src/web/pages/ and data/pages/ into dcim.pot, merge them into the
# catalogues, and list what a catalogue lacks. docs/howto/translate.md is for translators.
#
#   tools/words.sh update          data/i18n/dcim.pot and every data/i18n/*.po (make words)
#   tools/words.sh pot FILE        collect only, into FILE
#   tools/words.sh gaps [PO...]    what each lacks, one line each; exit 1 when there is any. Without
#                                  names: the languages of data/i18n/LINGUAS
#
# Two runs over the same sources give the same file: no dates, no line numbers, sorted by file.
set -eu
cd "$(dirname "$0")/.."
i18n=data/i18n
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Which argument of what is a message. One function with two of them needs two passes, for xgettext
# takes one argument of a call.
common="tr:1 tr_n:1,2 N_:1 err_set:4 err_set_errno:5 err_remedy:2 guess_remedy:2 problems_add:8
    SHEET_PROBLEM:7 expr_fail:5 complain:5 call_progress:2"
second="problems_add:7 SHEET_PROBLEM:6 expr_fail:4 complain:4"
# The same in one file only: "file keywords".
in_one_file='src/cli/commands.c OPERAND:3 OPERAND_MAYBE:3 TEXT_OPT:4 TEXT_NEEDED:4 INT_OPT:3 LIST_OPT:4 FLAG_OPT:3
src/service/operations.c TEXT_ARG:4 LINE_ARG:4 CHOICE_ARG:3 INT_ARG:4 INT_ARG_NEEDED:4 BOOL_ARG:2 LIST_ARG:2 FILE_ARG:3
src/service/operations_account.c TEXT_ARG:4 LINE_ARG:4 CHOICE_ARG:3 INT_ARG:4 INT_ARG_NEEDED:4 BOOL_ARG:2 LIST_ARG:2 FILE_ARG:3 SECRET_ARG:4
src/service/operations_entry.c TEXT_ARG:4 LINE_ARG:4 CHOICE_ARG:3 INT_ARG:4 INT_ARG_NEEDED:4 BOOL_ARG:2 LIST_ARG:2 FILE_ARG:3 SECRET_ARG:4
src/service/operations_explore.c TEXT_ARG:4 LINE_ARG:4 CHOICE_ARG:3 INT_ARG:4 INT_ARG_NEEDED:4 BOOL_ARG:2 LIST_ARG:2 FILE_ARG:3 SECRET_ARG:4
src/service/service.c call_deny:4
src/service/may.c call_deny:4
src/model/capability.h X:3
src/model/audit_action.h X:3
src/model/redcap.c PROBLEM:7
src/model/redcap.c PROBLEM:6
src/model/redcap_logic.c fail:3
src/model/redcap_logic.c fail:5
src/model/xlsform_import.c BOOK_PROBLEM:7
src/model/xlsform_import.c BOOK_PROBLEM:6
src/model/expr_lex.c bad:4
src/model/expr_lex.c bad:3
src/model/expr_call.c bad_argument:5
src/model/expr_function.c NOT_OFFERED:2
src/base/xlsx_zip.c damaged:2
src/base/xlsx_sheet.c sheet_error:5
src/base/xlsx_sheet.c sheet_error:6
src/base/xlsx_write.c cell_failure:6
src/base/xlsx_write.c cell_failure:7
src/base/regex.c refuse:3
src/base/json.c refuse:4
src/base/template.c malformed:3
src/base/catalogue.c malformed:2
src/store/audit.c damaged:2
src/store/audit_verify.c bad:3
src/store/archive.c damaged:2
src/store/backup_restore.c damaged:2
src/store/check.c problem:2 fine:2
src/store/keyring_secret.c key_file_bad:3
src/intake/converter.c refuse:3'

collect() { # output, keywords, files...
    out=$1
    keys=
    for k in $2; do keys="$keys -k$k"; done
    shift 2
    # shellcheck disable=SC2086
    xgettext -L C --from-code=UTF-8 --add-location=file -k $keys -o "$out" --force-po "$@"
}

# {{'Words'}} of the pages, as if they were calls in C.
pages() {
    for dir in data/pages src/web/pages; do
        mkdir -p "$work/pages/$dir"
        for page in "$dir"/*.html; do
            { grep -oE "\{\{'[^']*'\}\}" "$page" || true; } |
                sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/^{{'/N_(\"/" -e "s/'}}\$/\");/" >"$work/pages/$page"
        done
    done
    (cd "$work/pages" && xgettext -L C --from-code=UTF-8 --add-location=file -k -kN_:1 -o ../pages.pot --force-po \
        $(ls data/pages/*.html src/web/pages/*.html | sort))
}

make_pot() { # output
    mkdir -p "$work/pages"
    files=$(find src -name '*.[ch]' | sort)
    # shellcheck disable=SC2086
    {
        collect "$work/a.pot" "$common" $files
        collect "$work/b.pot" "$second" $files
    }
    n=0
    printf '%s\n' "$in_one_file" >"$work/table"
    while read -r file keys; do
        [ -e "$file" ] || { echo "words.sh: in_one_file names $file, which is not there" >&2; exit 1; }
        n=$((n + 1))
        collect "$work/one.$n.pot" "$keys" "$file"
    done <"$work/table"
    pages
    # Neither blank nor nothing but conversions: there is nothing to translate in those.
    msgcat --use-first --sort-by-file --add-location=file "$work"/*.pot |
        sed -e '/^"POT-Creation-Date:/d' -e '/^"PO-Revision-Date:/d' -e '/^"Last-Translator:/d' \
            -e '/^"Language-Team:/d' -e '/^"Language: /d' -e '/^"Report-Msgid-Bugs-To:/d' \
            -e '/^"Plural-Forms:/d' -e 's/charset=CHARSET/charset=UTF-8/' \
            -e 's/^"Project-Id-Version: .*/"Project-Id-Version: dcim\\n"/' \
            -e '1,/^msgid/{/^#/d}' -e 's/%<PRIu64>/%lu/g' -e 's/%<PRId64>/%ld/g' >"$work/whole"
    LC_ALL=C.UTF-8 msggrep --sort-by-file --add-location=file --force-po -v -K -E \
        -e '^(%[-+ #0-9.*]*[hlzjt]*[a-zA-Z]|[^a-zA-Z])*$' "$work/whole" >"$work/all"
    { echo '# SPDX-License-Identifier: EUPL-1.2'; echo '# The words of DCIM; made by tools/words.sh.'; cat "$work/all"; } >"$1"
}

merge() { # a .po with the pot
    msgmerge --quiet --no-fuzzy-matching --sort-by-file --add-location=file -o "$work/merged" "$1" "$2"
    msgattrib --no-obsolete --sort-by-file --add-location=file "$work/merged" |
        sed -e '/^"POT-Creation-Date:/d' >"$work/clean"
    cmp -s "$work/clean" "$1" || cp "$work/clean" "$1"
}

# "file: message" for each that is not translated, or only drafted.
gaps_in() {
    for select in --untranslated --only-fuzzy; do
        msgattrib $select --no-obsolete --no-wrap --add-location=file "$1" |
            awk -v po="$1" -v select=$select '
                /^#: / { at = substr($0, 4); sub(/ .*/, "", at) }
                /^msgid "/ { text = substr($0, 7); reading = 1; next }
                reading && /^"/ { text = substr(text, 1, length(text) - 1) substr($0, 2); next }
                /^msgstr/ || /^msgid_plural/ {
                    if (reading && text != "\"\"") print po ": " at ": " (select == "--only-fuzzy" ? "draft: " : "") text
                    reading = 0
                }'
    done
}

case ${1:-} in
update)
    make_pot "$work/new"
    cmp -s "$work/new" $i18n/dcim.pot || cp "$work/new" $i18n/dcim.pot
    for po in $i18n/*.po; do [ ! -f "$po" ] || merge "$po" $i18n/dcim.pot; done
    ;;
pot) make_pot "$2" ;;
gaps)
    shift
    [ $# -gt 0 ] || for language in $(grep -v '^#' $i18n/LINGUAS); do set -- "$@" "$i18n/$language.po"; done
    for po; do
        # A message that the .po does not name at all is one without translation.
        msgmerge --quiet --no-fuzzy-matching --sort-by-file --add-location=file -o "$work/merged.po" "$po" $i18n/dcim.pot
        gaps_in "$work/merged.po" | sed "s|^$work/merged.po|$po|"
    done >"$work/gaps"
    cat "$work/gaps"
    [ ! -s "$work/gaps" ]
    ;;
*)
    sed -n '3,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
