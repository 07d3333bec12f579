#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/print.c, by the program itself
#  1 the code book as a page: balanced, nothing from elsewhere, every variable has a place
#  2 as CSV: one row for each variable   3 paper form   4 record of processing   5 wrong formats, places
set -eu
dcim=$DCIM_PROGRAM
export DCIM_DATA="$DCIM_SOURCE_DIR/data"
unset DCIM_REPOSITORY DCIM_KEY_FILE || true

fail() { echo "FAILED: $*" >&2; exit 1; }

# 1
"$dcim" codebook --pack pt --language pt --output book.html >out.txt
grep -q 'book.html' out.txt || fail "says where it was written"
"$dcim" codebook --pack pt --language pt >book2.html
cmp -s book.html book2.html || fail "the same on standard output"
"$dcim" variables --data "$DCIM_DATA" --json >variables.json
n=0
for v in $(sed -n 's/^ *"variable": "\(.*\)",$/\1/p' variables.json | sort -u); do
    case $v in organisation|organisation_type) continue ;; esac
    grep -q "<code>$v</code>" book.html || fail "$v is not in the code book"
    n=$((n + 1))
done
[ "$n" -gt 200 ] || fail "only $n variables"
for tag in section article table tbody dl ul main header nav; do
    a=$(grep -o "<$tag[ >]" book.html | wc -l) b=$(grep -o "</$tag>" book.html | wc -l)
    [ "$a" -eq "$b" ] || fail "$a <$tag> but $b </$tag>"
done
! grep -qE '(src|href)="(http|//)' book.html || fail "the page loads something from elsewhere"
! grep -q '{{' book.html || fail "a tag was left"
grep -q '<html lang="pt">' book.html || fail "names its language"
"$dcim" codebook --pack pt --format pdf-ready-html | grep -q '<body class="print">' || fail "print"

# 2
"$dcim" codebook --pack pt --form suspect --format csv >book.csv
rows=$(grep -c '^"suspect",' book.csv)
listed=$("$dcim" codebook --pack pt --form suspect --json | grep -c '^ *"variable": ')
[ "$rows" -eq "$listed" ] || fail "$rows rows in the CSV, $listed variables"

# 3
"$dcim" paper-form --form victim --pack pt --language pt --output form.html >/dev/null
grep -q 'class="tick"' form.html || fail "boxes to tick"
grep -q '<code>exploitation_form</code>' form.html || fail "names of the questions"
! grep -q '<code>age_group</code>' form.html || fail "asks what is derived"
grep -q 'separate' form.html || fail "identifiers on a sheet of their own"

# 4
"$dcim" processing-record --pack sk | grep -q victim_identity || fail "processing record as text"
"$dcim" processing-record --pack sk --format html | grep -q 'GDPR art. 30' || fail "as a page"

# 5
status=0; "$dcim" codebook --format docx >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] && grep -q 'pdf-ready-html' err.txt || fail "a format there is not"
status=0; "$dcim" codebook --output none/book.html >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] || fail "a folder that is not there: status $status"
status=0; "$dcim" paper-form --form tourist >/dev/null 2>err.txt || status=$?
[ $status -eq 2 ] || fail "a form there is not: status $status"
mkdir -p broken/pages broken/dictionary
cp -r "$DCIM_DATA"/. broken/
printf '{{#forms}}\n' >broken/pages/codebook.html
status=0; DCIM_DATA=$PWD/broken "$dcim" codebook >/dev/null 2>err.txt || status=$?
[ $status -eq 3 ] && grep -q 'codebook, line 2' err.txt || fail "a broken page: status $status"
echo ok
