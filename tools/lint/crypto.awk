# SPDX-License-Identifier: EUPL-1.2
# S1: no home-made cryptography. Looks in our code for what every implementation of a cipher or hash
# has: its constants, or functions named after its rounds. Calls of libsodium are in base/crypto.* only
# (tools/lint/doors.txt).
BEGIN {
    FS = "\t"
    n = split("67452301 efcdab89 d76aa478 6a09e667 bb67ae85 428a2f98 cbbb9d5d 6a09e667f3bcc908 428a2f98d728ae22 c1059ed8 61707865 3320646e 736f6d6570736575 646f72616e646f6d 243f6a88 85a308d3 b7e15163 c66363a5 63c6a563 d1310ba6 5a827999 6ed9eba1 0000000000008082 800000000000808a", c, " ")
    for (i = 1; i <= n; i++) magic[c[i]] = 1
    cipher = "(md[245]|sha_?[0-9]+|sha1|keccak|ripemd[0-9]*|blake[23]?[bs]?|siphash|hmac|pbkdf2|scrypt|argon2|aes|des3?|rc4|rc5|blowfish|twofish|serpent|salsa20|x?chacha(20)?|poly1305|tea|xxtea|rsa|ecdsa|ed25519|curve25519|x25519)"
    part = "(init|update|final|transform|compress|rounds?|block|blocks|quarter_?round|permute|encrypt|decrypt|key_?(schedule|expand|expansion|setup)|sbox|mix_columns|shift_rows|s_?box|k)"
}
function say(what) { printf "%s:%s: crypto: %s\n", $2, $3, what }
$2 !~ /^src\// { next }
$1 == "code" {
    low = tolower($4)
    rest = low
    while (match(rest, /0x[0-9a-f]+/)) {
        value = substr(rest, RSTART + 2, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        if (value in magic) say("0x" value " is a constant of a cipher or hash")
    }
    if (low ~ /0x63, *0x7c, *0x77, *0x7b/) say("the substitution box of AES")
    if (low ~ /(^|[^0-9])99, *124, *119, *123/) say("the substitution box of AES")
    if ($2 ~ /^src\/base\/(crypto|cms)\./) next
    rest = low
    while (match(rest, /[a-z_][a-z0-9_]*/)) { # crypto_*, of base/crypto.h, is how it is meant to be done
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (name !~ /^crypto_/ && name ~ "(^|_)" cipher "_" part "$") say(name " is a function of a cipher or hash")
    }
}
$1 == "string" && tolower($4) ~ /expand (32|16)-byte k/ { say("the constant of Salsa and ChaCha") }
$1 == "include" && $2 ~ /^src\/base\/cms\./ && $4 ~ /openssl\// { next }
$1 == "include" && $4 ~ /(gcrypt|nettle|mbedtls|wolfssl|botan|openssl)/ { say("a cryptographic library that is not ours to call") }
