#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of the shipped program as a file: what the compiler and the linker were to do (S3, S7).
#  1 S3 in the ELF file   2 S3 in the compiler's switches   3 S7 no path of the building machine
set -u
[ "$DCIM_BUILD_KIND" = plain ] || exit 77
[ -f "$DCIM_SOURCE_DIR/src/cli/main.c" ] || { echo "there is no program yet"; exit 77; }
failed=0
check() { # what, command...
    what=$1
    shift
    "$@" || { echo "no: $what"; failed=1; }
}
none() { if grep "$@"; then return 1; fi; }

# 1
readelf -Wh "$DCIM_PROGRAM" >header
readelf -Wl "$DCIM_PROGRAM" >segments
readelf -Wd "$DCIM_PROGRAM" >dynamic
readelf -Wn "$DCIM_PROGRAM" >notes
readelf -W --dyn-syms "$DCIM_PROGRAM" >symbols
check 'position independent (type)' grep -q 'Type: *DYN' header
check 'position independent (flag)' grep -q 'FLAGS_1.*PIE' dynamic
check 'relocations read-only' grep -q GNU_RELRO segments
check 'bound at start, so that RELRO is full' grep -Eq 'BIND_NOW|FLAGS_1.*NOW' dynamic
check 'no executable stack' grep -Eq 'GNU_STACK.* RW  *0x' segments
check 'no segment both writable and executable' none -E 'LOAD.* RWE ' segments
check 'no text relocations' none TEXTREL dynamic
check 'no search path for libraries' none -E 'RPATH|RUNPATH' dynamic
# The linker's own mark for this is lost because Debian's start files are built without; the code has it.
objdump -d --no-show-raw-insn --disassemble=main "$DCIM_PROGRAM" | grep -A1 '<main>:' >main
check 'control flow protection' grep -q endbr64 main
check 'stack protector' grep -q __stack_chk_fail symbols
check 'fortified calls' grep -Eq '__(memcpy|snprintf|vsnprintf|fprintf|read|memset|printf)_chk' symbols

# 2: every file of ours, and SQLCipher where warnings are not meant
node -e '
const all = JSON.parse(require("fs").readFileSync(process.env.DCIM_BUILD_DIR + "/compile_commands.json", "utf8"));
const harden = ["-O2", "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection=full",
    "-D_FORTIFY_SOURCE=3", "-fPI[CE]"];
const ours = ["-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wvla", "-Wformat=2",
    "-Werror", "-ftrivial-auto-var-init=zero", "banned\\.h"];
let bad = 0, n = 0;
for (const c of all) {
    const mine = c.file.startsWith(process.env.DCIM_SOURCE_DIR + "/src/");
    if (!mine && !c.file.endsWith("sqlite3.c")) continue;
    n++;
    for (const f of mine ? harden.concat(ours) : harden)
        if (!new RegExp("(^|\\s|/)" + f + "(\\s|$)").test(c.command)) { console.log(c.file + " lacks " + f); bad++; }
    if (mine && / -w( |$)/.test(c.command)) { console.log(c.file + " is compiled with -w"); bad++; }
}
if (n < 2) { console.log("no compile commands"); bad++; }
process.exit(bad ? 1 : 0);' || failed=1

# 3
check 'no build id' none -i 'Build ID' notes
check 'no path of the source tree' none -aqF "$DCIM_SOURCE_DIR" "$DCIM_PROGRAM"
check 'no path of the build tree' none -aqF "$DCIM_BUILD_DIR" "$DCIM_PROGRAM"
check 'no home folder' none -aqE '/(home/[a-z]|root/[a-z/]*\.[ch])' "$DCIM_PROGRAM" # /root/item is XPath

exit $failed
