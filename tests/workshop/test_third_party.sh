#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of what is not ours: that it is pinned, listed and fresh.
#  1 S5 hashes in the lock file, no scripts run   2 S5 bill of materials   3 S6 SQLite not older than 3.51.3
#  4 the pinned amalgamation, and no other, is compiled
set -u
failed=0
fail() { echo "$1"; failed=1; }
cd "$DCIM_SOURCE_DIR" || exit 1

# 1
grep -q '^ignore-scripts=true$' .npmrc || fail ".npmrc does not switch scripts off"
grep -q -- 'npm ci --ignore-scripts' tools/deps.sh || fail "tools/deps.sh runs npm scripts"
node -e '
const lock = require("./package-lock.json").packages, pkg = require("./package.json");
for (const [path, p] of Object.entries(lock))
    if (path && !/^sha512-/.test(p.integrity)) { console.log(path + " has no hash"); process.exitCode = 1; }
for (const [name, v] of Object.entries({ ...pkg.dependencies, ...pkg.devDependencies }))
    if (!/^\d+\.\d+\.\d+$/.test(v) || lock["node_modules/" + name]?.version !== v) {
        console.log(name + " is not pinned"); process.exitCode = 1;
    }' || failed=1
[ -z "$(git ls-files 2>/dev/null | grep -E '(^|/)(sqlite3\.[ch]|node_modules/)')" ] || fail "third-party code is committed"

# 2: a copy of the build directory's list, so that the test does not write there
mkdir -p "$OLDPWD/b"
[ -x "$DCIM_PROGRAM" ] && ln -s "$DCIM_PROGRAM" "$OLDPWD/b/dcim"
node tools/sbom.mjs "$OLDPWD/b" >"$OLDPWD/printed" || fail "the bill of materials has problems"
node -e '
const bom = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
const bad = bom.components.filter(c => !c.version || !c.purl || /NOASSERTION/.test(c.licenses[0].expression));
for (const c of bad) console.log(c.name + " lacks version or licence");
if (bad.length || !bom.components.some(c => c.name === "@journeyapps/sqlcipher" && c.hashes.length === 1)) process.exit(1);
' "$OLDPWD/b/sbom.json" || fail "the bill of materials lacks something"

# 3
sed 's/^#define SQLITE_VERSION_NUMBER .*/#define SQLITE_VERSION_NUMBER 3051002/; s/^#define SQLITE_VERSION .*/#define SQLITE_VERSION "3.51.2"/' \
    node_modules/@journeyapps/sqlcipher/deps/sqlcipher-amalgamation/sqlite3.h >"$OLDPWD/old.h"
if SQLITE_HEADER=$OLDPWD/old.h tools/freshness.sh --offline >/dev/null 2>"$OLDPWD/said"; then fail "SQLite 3.51.2 was not refused"; fi
grep -q 'REFUSED: SQLite 3.51.2' "$OLDPWD/said" || fail "the refusal does not say why"
tools/freshness.sh --offline >/dev/null || fail "the pinned SQLite was refused"

# 4
cd "$OLDPWD" || exit 1
grep -o '[0-9a-f]\{64\}' "$DCIM_SOURCE_DIR/cmake/sqlcipher.cmake" | head -1 >want
# but for the two lines that cmake/sqlcipher.cmake adds, and the condition that it makes narrower
for gap in pCellptr pBegin; do
    echo "  if( pPg->pBt->btsFlags & BTS_FAST_SECURE ) memset($gap, 0, pData - $gap);"
done >lines
[ "$(grep -cxFf lines "$DCIM_BUILD_DIR/third_party/sqlcipher/sqlite3.c")" = 2 ] || fail "the change of SQLite is not there once"
cat >narrower <<'S'
      if( iWrite>=iFirst && ((pWal->iReCksum && iWrite>=pWal->iReCksum)
       || pWal->hdr.mxFrame-iFirst>=32768+2*(u64)p->pgno) ){
S
[ "$(grep -cxFf narrower "$DCIM_BUILD_DIR/third_party/sqlcipher/sqlite3.c")" = 2 ] || fail "the condition of SQLite is not there once"
grep -vxFf lines "$DCIM_BUILD_DIR/third_party/sqlcipher/sqlite3.c" |
    awk 'NR == FNR { drop[++n] = $0; next } $0 == drop[1] { print "      if( iWrite>=iFirst ){"; next } $0 == drop[2] { next } 1' \
        narrower - | sha256sum | cut -d' ' -f1 >got
cmp -s want got || fail "the amalgamation in the build is not the pinned one"
mkdir -p tree/node_modules/@journeyapps/sqlcipher/deps/sqlcipher-amalgamation
echo 'int x;' >tree/node_modules/@journeyapps/sqlcipher/deps/sqlcipher-amalgamation/sqlite3.c
cat >tree/try.cmake <<S
set(CMAKE_SOURCE_DIR "$PWD/tree")
set(CMAKE_BINARY_DIR "$PWD/tree/build")
include("$DCIM_SOURCE_DIR/cmake/sqlcipher.cmake")
S
if cmake -P tree/try.cmake >said 2>&1; then fail "another amalgamation was accepted"; fi
grep -q 'is not the pinned file' said || fail "the refusal of another amalgamation does not say why: $(cat said)"

exit $failed
