#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of tools/deps.sh.
#  1 nothing to do: silent and quick   2 not root, no terminal: says the command and stops
#  3 CI and root are not asked   4 a changed lock file installs anew
set -u
failed=0
fail() { echo "$1"; failed=1; }
mkdir -p tree/tools tree/node_modules bin
cp "$DCIM_SOURCE_DIR/tools/deps.sh" tree/tools/
cp "$DCIM_SOURCE_DIR/package-lock.json" tree/
cp tree/package-lock.json tree/node_modules/.dcim-installed.json

# Stand-ins that say what they were asked to do.
for tool in apt-get npm sudo; do
    printf '#!/bin/sh\necho "%s $*" >>"%s/asked"\n' $tool "$PWD" >bin/$tool
done
printf '#!/bin/sh\n[ "$1" = -u ] && echo "${FAKE_UID:-0}"\n' >bin/id
chmod +x bin/*
run() { : >asked; PATH=$PWD/bin:$PATH "$@" </dev/null >out 2>&1; }

# 1
run tree/tools/deps.sh || fail "failed with nothing to do: $(cat out)"
[ ! -s out ] && [ ! -s asked ] || fail "did something with nothing to do: $(cat out asked)"

# 2, 3: a package is missing
printf '#!/bin/sh\necho "installed libc6-dev"\n' >bin/dpkg-query
chmod +x bin/dpkg-query
if FAKE_UID=1000 CI= run tree/tools/deps.sh; then fail "went on without the packages"; fi
grep -q 'sudo apt-get update && sudo apt-get install' out || fail "does not say the command: $(cat out)"
[ ! -s asked ] || fail "installed without asking"
FAKE_UID=1000 CI=true run tree/tools/deps.sh || fail "CI failed: $(cat out)"
grep -q '^sudo apt-get update' asked || fail "CI did not use sudo: $(cat asked)"
FAKE_UID=0 CI= run tree/tools/deps.sh || fail "root failed: $(cat out)"
grep -q '^apt-get install -y .*libsodium-dev' asked || fail "root did not install: $(cat asked)"
if grep -q '^sudo' asked; then fail "root used sudo"; fi
rm bin/dpkg-query

# 4
echo >>tree/package-lock.json
run tree/tools/deps.sh || fail "failed: $(cat out)"
grep -q '^npm ci --ignore-scripts' asked || fail "did not install the packages: $(cat asked)"
run tree/tools/deps.sh
[ ! -s asked ] || fail "installed twice"

exit $failed
