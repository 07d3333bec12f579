#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of docs/handbook: what it promises is there.
#  1 every link between pages leads to a page, and to a heading of it   2 each heading anchor once in its page
#  3 every bind::thb:help of the dictionary and the packs leads to a page and a heading
#  4 every `dcim` command names a command, and options, that --help knows   5 each check can fail, on planted pages
set -u
book=$DCIM_SOURCE_DIR/docs/handbook
data=$DCIM_SOURCE_DIR/data
failed=0

# Both awk programs name a page by its path under the handbook, without .md.
# Lines "page#anchor" of all headings, as GitHub makes them: small letters, only letters, digits, _ and -, blanks to -.
anchors() { # handbook
    (cd "$1" && find . -name '*.md' | sort | xargs awk '
        FNR == 1 { page = substr(FILENAME, 3); sub(/\.md$/, "", page); code = 0; print page }
        /^```/ { code = !code }
        !code && /^#+ / {
            a = $0
            sub(/^#+ +/, "", a)
            a = tolower(a)
            gsub(/[][`~!@$%^&*()+={}|\\:;"\047<>,.?\/#]/, "", a)
            gsub(/ /, "-", a)
            print page "#" a
        }')
}

# Lines "page line target" of all links in text; a target is relative to the page.
links() { # handbook
    (cd "$1" && find . -name '*.md' | sort | xargs awk '
        FNR == 1 { page = substr(FILENAME, 3); sub(/\.md$/, "", page); code = 0 }
        /^```/ { code = !code }
        !code {
            rest = $0
            gsub(/`[^`]*`/, "", rest)
            while (match(rest, /\]\([^)]*\)/)) {
                print page, FNR, substr(rest, RSTART + 2, RLENGTH - 3)
                rest = substr(rest, RSTART + RLENGTH)
            }
        }')
}

# Links to nowhere. A link to a web page would not be checked, so there are none.
dead_links() { # handbook
    anchors "$1" >anchors
    links "$1" | awk '
        NR == FNR { known[$0] = 1; next }
        {
            where = $1 ".md:" $2
            target = $3
            page = target
            anchor = ""
            if (i = index(target, "#")) { page = substr(target, 1, i - 1); anchor = substr(target, i) }
            if (page == "") page = $1
            else {
                if (page !~ /\.md$/) { print where ": link to no page of the handbook: " target; next }
                sub(/\.md$/, "", page)
                dir = $1
                if (!sub(/\/[^\/]*$/, "", dir)) dir = ""
                while (sub(/^\.\.\//, "", page)) if (!sub(/\/?[^\/]*$/, "", dir)) dir = ""
                if (dir != "") page = dir "/" page
            }
            if (!((page anchor) in known)) print where ": dead link: " target
        }' anchors -
}

double_anchors() { # handbook
    anchors "$1" | grep '#' | sort | uniq -d | sed 's/^/heading twice: /'
}

# Lines "file:row target" of the column bind::thb:help. Cells may be quoted and hold commas and line ends.
help_targets() { # data folder
    (cd "$1" && find dictionary packs -name '*.csv' 2>/dev/null | grep -E '^dictionary/|/survey-' | sort |
        while read -r file; do
            awk -v file="$file" '
                function cell() {
                    column++
                    if (row == 1 && text == "bind::thb:help") wanted = column
                    if (row > 1 && column == wanted && text != "") print file ":" row, text
                    text = ""
                }
                BEGIN { row = 1; RS = "\n" }
                {
                    line = $0
                    n = length(line)
                    for (i = 1; i <= n; i++) {
                        c = substr(line, i, 1)
                        if (quoted) {
                            if (c != "\"") text = text c
                            else if (substr(line, i + 1, 1) == "\"") { text = text c; i++ }
                            else quoted = 0
                        } else if (c == "\"") quoted = 1
                        else if (c == ",") cell()
                        else text = text c
                    }
                    if (quoted) text = text "\n"
                    else { cell(); row++; column = 0 }
                }' "$file"
        done)
}

dead_help() { # handbook, data folder
    anchors "$1" >anchors
    help_targets "$2" | awk 'NR == FNR { known[$0] = 1; next }
        !($2 in known) { print $1 ": help leads nowhere: " $2 }' anchors -
}

# Commands are lines of code blocks that begin with "dcim", and code in text that does. Options of all commands are in the
# help of each; the longest words that the program knows are the command.
wrong_commands() { # handbook
    (cd "$1" && find . -name '*.md' | sort | xargs awk '
        /^```/ { code = !code; next }
        code && /^dcim / { print FILENAME ":" FNR "\t" $0; next }
        code { next }
        {
            rest = $0
            while (match(rest, /`dcim [^`]*`/)) {
                print FILENAME ":" FNR "\t" substr(rest, RSTART + 1, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
            }
        }') | while IFS='	' read -r where line; do
        # shellcheck disable=SC2086 # words of the command
        set -- $line
        words=
        if "$DCIM_PROGRAM" "${2:-}" "${3:-}" --help >help 2>&1 &&
            grep -qE "^dcim $2 ${3:-}( |\$)" help; then words="$2 ${3:-}"
        elif "$DCIM_PROGRAM" "${2:-}" --help >help 2>&1 && grep -qE "^dcim $2( |\$)" help; then words=$2
        fi
        if [ -z "$words" ]; then
            echo "$where: no such command: $line"
            continue
        fi
        # Words between quotes are values; an option is known when it stands in the help as a word of its own.
        printf '%s\n' "$line" | sed "s/\"[^\"]*\"//g; s/'[^']*'//g" | tr ' ' '\n' | grep '^--' | while read -r option; do
            grep -qE "(^|[ [])$option([] ]|\$)" help || echo "$where: dcim $words has no option $option"
        done
    done
}

none() { # what, lines found
    [ ! -s "$2" ] || { echo "$1:"; cat "$2"; failed=1; }
}

# 1 to 4
dead_links "$book" >found
none "links between pages" found
double_anchors "$book" >found
none "headings" found
dead_help "$book" "$data" >found
none "bind::thb:help" found
[ "$(help_targets "$data" | wc -l)" -ge 30 ] || { echo "fewer than 30 variables and groups have help"; failed=1; }
wrong_commands "$book" >found
none "commands" found
[ "$(find "$book" -name '*.md' | wc -l)" -ge 14 ] || { echo "pages are missing"; failed=1; }

# Plain Markdown: no HTML in a page.
(cd "$book" && find . -name '*.md' | sort | xargs awk '
    /^```/ { code = !code }
    !code { t = $0; gsub(/`[^`]*`/, "", t); if (t ~ /<[a-zA-Z\/!]/) print FILENAME ":" FNR ": " $0 }') >found
none "HTML" found

# 5
mkdir -p bad/book/sub bad/data/dictionary
cat >bad/book/a.md <<'END'
# Page
## Twice
## Twice
[good](sub/b.md#here), [no page](c.md), [no heading](sub/b.md#there), [own](#twice), [own, none](#thrice), `[code](x.md)`
`dcim tabel --form victim` `dcim record show X --colour red` `dcim record show X --purpose "a --b"`
```
# no heading, [no link](y.md)
dcim import x.csv --form victim --organisation O --fast
dcim batch list
```
END
printf '# B\n\n## Here\n\n[back](../a.md#twice) [no](../d.md)\n' >bad/book/sub/b.md
cat >bad/data/dictionary/f.csv <<'END'
type,"label",bind::thb:help
text,"a, ""b"",
c",sub/b#here
text,d,sub/b#gone
END
{
    dead_links bad/book
    double_anchors bad/book
    dead_help bad/book bad/data
    wrong_commands bad/book
} >found
cat >expected <<'END'
a.md:4: dead link: c.md
a.md:4: dead link: sub/b.md#there
a.md:4: dead link: #thrice
sub/b.md:5: dead link: ../d.md
heading twice: a#twice
dictionary/f.csv:3: help leads nowhere: sub/b#gone
./a.md:5: no such command: dcim tabel --form victim
./a.md:5: dcim record show has no option --colour
./a.md:8: dcim import has no option --fast
END
diff expected found || { echo "planted faults were not found as expected"; failed=1; }

exit $failed
