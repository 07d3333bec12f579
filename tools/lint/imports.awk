# SPDX-License-Identifier: EUPL-1.2
# Import direction (design.md section 3): a file of src/<room>/ includes its own room's headers and
# those that cmake/rooms.txt lists for the room, always as "room/header.h", its own header first.
BEGIN {
    FS = "\t"
    while ((getline line < ROOMS) > 0) {
        if (line !~ /^[a-z]+:/) continue
        room = line; sub(/:.*/, "", room)
        sub(/^[a-z]+: */, "", line)
        known[room] = 1
        n = split(line, item, " ")
        for (i = 1; i <= n; i++) may[room, item[i]] = 1
    }
}
$1 == "include" && $2 ~ /^src\// {
    split($2, path, "/")
    room = path[2]
    if (!(room in known)) { say("is in no room of cmake/rooms.txt"); next }
    header = substr($4, 2, length($4) - 2)
    own = $2; sub(/^src\//, "", own); sub(/\.c$/, ".h", own)
    if (!($2 in seen) && $2 ~ /\.c$/ && header != own && exists(ROOT "/src/" own))
        say("includes " $4 " before its own header")
    seen[$2] = 1
    if ($4 ~ /^</) {
        top = header; sub(/\/.*/, "", top)
        if (top in known) say("includes " $4 " as if it were the system's")
        next
    }
    if (header !~ /^[a-z]+\/[a-z0-9_]+\.h$/) { say("includes " $4 ", which is not \"room/header.h\""); next }
    of = header; sub(/\/.*/, "", of)
    if (of != room && !((room, of) in may) && !((room, header) in may))
        say("room " room " may not include " $4)
}
function say(what) { printf "%s:%s: imports: %s\n", $2, $3, what }
function exists(f,   line, there) { there = (getline line < f) >= 0; close(f); return there }
