#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/cli/serve.c, by the program itself
#  1 it says where it is, the certificate's fingerprint, the code of the first administrator, how it ends; the code
#    is another one each time   2 S8: what weakens it is said at its start   3 what cannot be is refused with a remedy
#  4 S15: nothing of the key or the code is in its arguments; the certificate's key is its owner's alone
#  6 S91: root does not serve: as the one it names, or as whose the repository is, or not at all
#  5 a name of the register, addresses that are not loopback need TLS (S30)
set -eu
dcim=$DCIM_PROGRAM
export DCIM_DATA="$DCIM_SOURCE_DIR/data" DCIM_LANGUAGE=en DCIM_INSECURE_KDF=1
fail() { echo "FAILED: $*" >&2; exit 1; }
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

# Start it with further options; waits until it says how it ends.
serve() {
    : >said.txt # not what the one before has said
    "$dcim" serve --repository r --key-file r.key --port 0 --insecure-root "$@" >said.txt 2>err.txt &
    server=$!
    i=0
    until grep -q 'Ctrl-C' said.txt; do
        i=$((i + 1))
        [ $i -lt 300 ] || fail "it does not begin: $(cat said.txt err.txt)"
        kill -0 "$server" 2>/dev/null || fail "it has ended: $(cat said.txt err.txt)"
        sleep 0.1
    done
}
stop() {
    kill "$server"
    wait "$server" || fail "it ended with $?: $(cat err.txt)"
    server=
}
refused() { # WORD OPTIONS...: refused, and the word is said
    word=$1
    shift
    if "$dcim" serve --repository r --key-file r.key --port 0 --insecure-root "$@" >said.txt 2>err.txt; then fail "$* was not refused"; fi
    grep -q -- "$word" err.txt || fail "$*: no '$word' in: $(cat err.txt)"
}

"$dcim" init r --pack pt --key-file r.key >/dev/null

# 1
serve
grep -Eq 'https://localhost:[0-9]+$' said.txt || fail "no address: $(cat said.txt)"
grep -Eiq '([0-9a-f]{2}:){31}[0-9a-f]{2}' said.txt || fail "no fingerprint"
code=$(sed -n 's/.*enter this code: //p' said.txt)
echo "$code" | grep -Eq '^([0-9A-Z]{4}-){3,}[0-9A-Z]{4}$' || fail "no code: $code"
! grep -Ev 'DCIM_INSECURE_KDF|--insecure-root' err.txt || fail "it says more: $(cat err.txt)"
# 4
for pid in "$server" $(cat "/proc/$server/task/$server/children"); do
    tr '\0' ' ' <"/proc/$pid/cmdline" >words.txt
    ! grep -q "$code" words.txt || fail "the code is an argument"
done
find r/server -type f -perm /077 | grep -q . && fail "others may read the certificate's key"
stop
serve
[ "$code" != "$(sed -n 's/.*enter this code: //p' said.txt)" ] || fail "the same code twice"
stop

# 2
serve --insecure-plain --insecure-no-second-factor
grep -q 'http://localhost' said.txt || fail "not plain"
grep -q -- '--insecure-plain' err.txt || fail "plain, and nothing said"
grep -q -- '--insecure-no-second-factor' err.txt || fail "no second factor, and nothing said"
stop

# 3 and 5
refused certificate-key --certificate c.pem
refused certificate --certificate-key c.pem
refused c.pem --certificate c.pem --certificate-key c.pem
refused loopback --insecure-plain --address 0.0.0.0
refused nowhere --address nowhere
if "$dcim" serve --repository gone --key-file r.key --port 0 --insecure-root >said.txt 2>err.txt; then fail "no repository was served"; fi
grep -q gone err.txt || fail "it is not said which"

# 6: what only root can see
if [ "$(id -u)" -ne 0 ]; then
    serve
    ! grep -q -- '--insecure-root' err.txt || fail "nobody was root"
    stop
    refused "only root" --user root
    exit 0
fi
serve
grep -q -- '--insecure-root' err.txt || fail "served by root, and nothing said"
stop
refused_root() { # WORD OPTIONS...
    word=$1
    shift
    if "$dcim" serve --repository r --key-file r.key --port 0 "$@" >said.txt 2>err.txt; then fail "root served: $*"; fi
    grep -q -- "$word" err.txt || fail "$*: no '$word' in: $(cat err.txt)"
    [ ! -s said.txt ] || fail "it says where it is: $(cat said.txt)"
}
refused_root "--user"
refused_root "--user" --user root
refused_root "no account" --user nobody-of-that-name
[ ! -e r-backups/new ] || fail "it went on"

# Of every process: account, groups, capabilities, filter, what the kernel would write if it fell.
look() { # UID
    all="$server $(cat "/proc/$server/task/$server/children")"
    [ "$(echo $all | wc -w)" -eq 3 ] || fail "not three processes: $all"
    for pid in $all; do
        s=/proc/$pid/status
        grep -Eq "^Uid:[[:space:]]+$1[[:space:]]+$1[[:space:]]+$1[[:space:]]+$1\$" "$s" || fail "$pid: $(grep Uid "$s")"
        ! grep -Eq '^Gid:.*[[:space:]]0([[:space:]]|$)' "$s" || fail "$pid has root's group"
        ! grep -Eq '^Groups:.*[[:space:]]0([[:space:]]|$)' "$s" || fail "$pid has root's group beside its own"
        [ "$(grep -Ec '^Cap(Inh|Prm|Eff|Bnd|Amb):[[:space:]]+0+$' "$s")" -eq 5 ] || fail "$pid: $(grep Cap "$s")"
        grep -Eq '^NoNewPrivs:[[:space:]]+1$' "$s" || fail "$pid may gain"
        grep -Eq '^Max core file size +0 +0 ' "/proc/$pid/limits" || fail "$pid: $(grep core "/proc/$pid/limits")"
        [ "$DCIM_BUILD_KIND" = plain ] || continue # sanitized builds are looked into, and not shut in
        # one that is not dumpable is root's in /proc, whoever runs it
        [ "$(stat -c %u "/proc/$pid/environ")" -eq 0 ] || fail "$pid is dumpable"
        [ "$pid" = "$server" ] || grep -Eq '^Seccomp:[[:space:]]+2$' "$s" || fail "$pid is not shut in"
    done
}
anybody=$(id -u nobody)
# The repository and its way there are for an account that has nothing else.
chmod 711 . && chown -R nobody r r.key
[ ! -e r-backups ] || chown -R nobody r-backups
su -s /bin/sh nobody -c "cd '$PWD' && ls r >/dev/null" 2>/dev/null || { echo "no way to $PWD for others"; exit 0; }
mkdir -p r-backups && chown nobody r-backups
plain() { # OPTIONS...: without --insecure-root
    : >said.txt
    "$dcim" serve --repository r --key-file r.key --port 0 "$@" >said.txt 2>err.txt &
    server=$!
    i=0
    until grep -q 'Ctrl-C' said.txt; do
        i=$((i + 1))
        [ $i -lt 300 ] && kill -0 "$server" 2>/dev/null || fail "it does not begin: $(cat said.txt err.txt)"
        sleep 0.1
    done
}
plain
look "$anybody"
! grep -q root err.txt || fail "nobody is root: $(cat err.txt)"
stop
plain --user nobody
look "$anybody"
stop
# --user of somebody who may not read it: said, and not served
other=$(awk -F: '$3 > 0 && $3 != '"$anybody"' && $4 > 0 { print $1; exit }' /etc/passwd)
refused_root "may not read and write r" --user "$other"
