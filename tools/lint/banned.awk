# SPDX-License-Identifier: EUPL-1.2
# S2: functions that our code must not call. banned.h stops calls at compile time; this also sees
# pointers to them, attempts to lift the ban, and files that are not compiled.
BEGIN {
    FS = "\t"
    # Words that are nothing but these functions: no use at all.
    words = "strcpy stpcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atoll atof scanf fscanf sscanf vscanf vfscanf vsscanf alloca popen tmpnam tempnam mktemp srand srandom drand48 localtime gmtime"
    n = split(words, w, " "); for (i = 1; i <= n; i++) never[w[i]] = 1
    # Words that may also be a name of ours: no call.
    n = split("gets system rand random ctime asctime", w, " "); for (i = 1; i <= n; i++) call[w[i]] = 1
    # Only base/mem.c, and tests.
    n = split("malloc calloc realloc reallocarray strdup strndup asprintf vasprintf", w, " "); for (i = 1; i <= n; i++) memory[w[i]] = 1
}
$1 != "code" || $2 == "src/base/banned.h" { next }
{
    rest = $4
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(rest, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        rest = substr(rest, RSTART + RLENGTH)
        if (before ~ /[0-9]/) continue
        member = before == "." || before == ">"
        if (word in never) say(word " is banned")
        else if ((word in call) && rest ~ /^ *\(/ && !member) say(word " is banned")
        else if ((word in memory) && $2 ~ /^src\// && $2 != "src/base/mem.c" && !member)
            say(word " belongs to base/mem.c alone")
        else if (word ~ /^sorry_|^DCIM_MAY_ALLOCATE$|^DCIM_BANNED$/) say("lifts the ban")
    }
}
function say(what) { printf "%s:%s: banned: %s\n", $2, $3, what }
