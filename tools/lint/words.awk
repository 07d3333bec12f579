# SPDX-License-Identifier: EUPL-1.2
# No SQL in C (it lies in src/store/sql), no HTML in C (it lies in data/pages and src/web/pages; but for the
# writer of Markdown, which knows the tags of paragraphs and tables), no printing and no
# exit below the doors (style: errors go up, the doors speak).
BEGIN { FS = "\t" }
function say(what) { printf "%s:%s: words: %s\n", $2, $3, what }
$2 !~ /^src\// { next }
$1 == "string" {
    if ($4 ~ /(^|[^A-Za-z_])(SELECT +[a-z*(:]|INSERT +(OR +[A-Z]+ +)?INTO|UPDATE +[a-z_]+ +SET|DELETE +FROM|CREATE +(TABLE|INDEX|TRIGGER|VIEW|UNIQUE|TEMP)|ALTER +TABLE|DROP +(TABLE|INDEX|TRIGGER|VIEW))/)
        say("SQL in C: put it into src/store/sql")
    if ($2 !~ /^src\/store\/sqlite(_[a-z]+)?\.c$/ && $4 ~ /(^|[^A-Za-z_])(PRAGMA +[a-z_]|ATTACH +DATABASE|BEGIN +(IMMEDIATE|EXCLUSIVE|DEFERRED)|ROLLBACK +TO|SAVEPOINT +[a-z])/)
        say("SQL in C: put it into src/store/sql")
    if ($2 != "src/base/markdown.c" && $4 ~ /<\/?(html|body|div|span|table|tr|td|form|input|a href|script|p)[ >]/)
        say("HTML in C: put it into data/pages or src/web/pages")
}
$1 == "code" && $2 !~ /^src\/(cli|web)\// {
    if ($4 ~ /(^|[^a-zA-Z0-9_])(printf|vprintf|puts|putchar|perror) *\(/ || $4 ~ /(^|[^a-zA-Z0-9_])v?fprintf *\( *(stderr|stdout)/ || $4 ~ /(^|[^a-zA-Z0-9_])fputs *\([^;]*(stderr|stdout)/) {
        if ($2 != "src/base/mem.c") say("prints below the doors")
    }
    if ($4 ~ /(^|[^a-zA-Z0-9_>.])(exit|quick_exit|_Exit) *\(/ && $2 != "src/base/mem.c") say("exits below the doors")
}
