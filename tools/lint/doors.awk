# SPDX-License-Identifier: EUPL-1.2
# One door per library (tools/lint/doors.txt), and sqlite3_ in its own files only.
BEGIN {
    FS = "\t"
    while ((getline line < DOORS) > 0) {
        if (line ~ /^#/ || line ~ /^ *$/) continue
        split(line, field, " ")
        header[++n] = pattern(field[1]); door[n] = pattern(field[2])
    }
}
function pattern(glob) {
    gsub(/\./, "\\.", glob); gsub(/\*/, ".*", glob)
    return "^" glob "$"
}
function say(what) { printf "%s:%s: doors: %s\n", $2, $3, what }
$2 !~ /^src\// { next }
{ file = substr($2, 5) }
$1 == "include" && $4 ~ /^</ {
    name = substr($4, 2, length($4) - 2)
    for (i = 1; i <= n; i++)
        if (name ~ header[i]) {
            if (file !~ door[i]) say("may not include <" name ">; its door is in tools/lint/doors.txt")
            next
        }
    say("<" name "> is a library without a door in tools/lint/doors.txt")
}
$1 == "code" && file !~ /^store\/sqlite(_[a-z]+)?\.[ch]$/ && $4 ~ /(^|[^a-zA-Z0-9_])sqlite3(_|[^a-zA-Z0-9])/ {
    say("calls SQLite outside of store/sqlite*")
}
