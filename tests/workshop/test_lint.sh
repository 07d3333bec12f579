#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of tools/lint: that each check can fail, on a tree of violations, and does not cry wolf.
#  1 includes   2 symbols   3 doors   4 banned functions   5 cryptography (S1, S2)   6 words
#  7 headers alone   8 tests mirror the code   9 a tree without violations   10 the table of docs/security.md
#  11 scopes of what the desk asks of the store (S50)
set -u
lint=$DCIM_SOURCE_DIR/tools/lint
failed=0
cp -r "$DCIM_SOURCE_DIR/tests/workshop/fixtures/bad" bad
mkdir -p bad/cmake # git keeps no empty folder
cp "$DCIM_SOURCE_DIR/cmake/rooms.txt" bad/cmake/

"$lint/run.sh" bad none >found 2>said
[ $? -eq 1 ] || { echo "lint did not fail on the tree of violations"; failed=1; }

has() { grep -qF -- "$1" found || { echo "not found: $1"; failed=1; }; }
has_not() { if grep -F -- "$1" found; then echo "wrongly found: $1"; failed=1; fi; }

# 1 includes
has 'src/base/bad.c:4: imports: room base may not include "model/up.h"'
has 'src/base/bad.c:5: imports: includes "../model/up.h", which is not "room/header.h"'
has "src/base/bad.c:6: imports: includes <model/up.h> as if it were the system's"
has 'src/base/bad.c:1: imports: includes <string.h> before its own header'
has 'src/exchange/writer.c:2: imports: room exchange may not include "disclosure/suppress.h"'
has_not 'src/exchange/writer.c:1: imports'

# 3 doors
has 'src/base/bad.c:7: doors: may not include <sodium.h>'
has 'src/base/bad.c:8: doors: may not include <openssl/evp.h>'
has 'src/base/bad.c:9: doors: <curl/curl.h> is a library without a door'
has 'src/base/bad.c:18: doors: calls SQLite outside'

# 4 banned functions
has 'src/base/bad.c:11: banned: strcpy is banned'
has 'src/base/bad.c:12: banned: malloc belongs to base/mem.c alone'
has 'src/base/bad.c:13: banned: malloc belongs to base/mem.c alone'
has 'src/base/bad.c:14: banned: atoi is banned'
has 'src/base/bad.c:14: banned: system is banned'
has 'src/base/bad.c:14: banned: random is banned'

# 5 cryptography
has 'src/base/bad.c:19: crypto: 0x67452301 is a constant'
has 'src/base/bad.c:19: crypto: 0xefcdab89 is a constant'
has 'src/base/bad.c:20: crypto: sha256_update is a function of a cipher or hash'

# 6 words
has 'src/base/bad.c:15: words: prints below the doors'
has 'src/base/bad.c:15: words: exits below the doors'
has 'src/base/bad.c:16: words: SQL in C'
has 'src/base/bad.c:17: words: HTML in C'

# 11 scopes
has 'src/service/op_bad.c:4: scope: the whole register, whoever asks'
has 'src/service/op_bad.c:5: scope: a scope comes from'
has_not 'src/service/op_bad.c:4: scope: a scope'

# 7 headers alone
has 'src/base/bad.h:1: headers: does not compile alone'
has_not 'src/base/good.h:1: headers'

# 8 mirror
has 'src/base/bad.c:1: mirror: has no tests/base/test_bad.c'
has 'mirror: base/good.c has a test'
has 'mirror: src/base/gone.c is gone'
has 'src/exchange/writer.c:1: mirror: has no tests/exchange/test_writer.c' # its line gives no reason
has 'src/model/README.md:1: mirror: the room has no README.md'
has 'tests/model/test_noplan.c:1: mirror: does not begin with its numbered plan'
has_not 'tests/base/test_good.c:1'
has_not 'src/base/good_part.c' # part of good.c
has 'src/base/good_door.c:1: mirror: has no tests/base/test_good_door.c' # has a contract of its own

# 10 the table of security: what it says is not so
has 'docs/security.md:10: security: S1 holds, but names no test'
has 'docs/security.md:11: security: S2: tests/base/test_gone.c is not there'
has 'docs/security.md:12: security: S3: tests/base/test_good.c does not name it' # S30 is another number
has 'docs/security.md:12: security: S3: not all of its tests are named'
has 'docs/security.md:13: security: S8: the state is holds'
has_not 'docs/security.md:13: security: S8: tests/base/test_good.c'
has 'docs/security.md:14: security: S8 has a row already, in line 13'
has 'docs/security.md:1: security: S9 is due and has no row'
has 'docs/security.md:6: security: the sum is: Of the 5 due, 3 hold, 0 hold in part, 1 are open.'

# 2 symbols: base calls up into model; exchange calls what its window does not show
mkdir lib
echo 'int up(void); int base_f(void); int base_f(void) { return up(); }' | gcc -c -x c -o base_f.c.o -
echo 'int up(void); int up(void) { return 1; }' | gcc -c -x c -o up.c.o -
echo 'int release_cells(int x); int suppress_cells(int x); int release_cells(int x) { return x; }
      int suppress_cells(int x) { return x; }' | gcc -c -x c -o cells.c.o -
echo 'int release_cells(int x); int suppress_cells(int x); int w(void); int w(void)
      { return release_cells(1) + suppress_cells(1); }' | gcc -c -x c -o writer.c.o -
ar rcs lib/libbase.a base_f.c.o
ar rcs lib/libmodel.a up.c.o
ar rcs lib/libdisclosure.a cells.c.o
ar rcs lib/libexchange.a writer.c.o
sh "$lint/symbols.sh" "$PWD/bad" "$PWD/lib" >found
has 'src/base/base_f.c:1: symbols: needs up of room model'
has 'src/exchange/writer.c:1: symbols: needs suppress_cells of room disclosure'
has_not 'release_cells'

# 9 nothing found, status 0
mkdir -p good/src/base good/tests/base good/cmake
cp bad/cmake/rooms.txt good/cmake/
cp bad/src/base/good.[ch] bad/src/base/README.md good/src/base/
cp bad/tests/base/test_good.c good/tests/base/
mkdir good/docs
cat >good/docs/security.md <<'END'
Due: S8, S9.

Of the 2 due, 1 hold, 0 hold in part, 1 are open.

| S8 | good | `tests/base/test_good.c` | holds |
| S9 | to come | – | open: not built |
END
"$lint/run.sh" good none >found 2>&1 || { cat found; echo "a good tree was refused"; failed=1; }

exit $failed
