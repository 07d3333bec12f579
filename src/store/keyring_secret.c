/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/keyring_secret.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/recovery.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool keyring_insecure_kdf(void)
{
    const char *v = getenv("DCIM_INSECURE_KDF");
    return v != NULL && strcmp(v, "1") == 0;
}

/* ---- key files ---- */

static bool key_file_bad(struct err *e, const char *path, const char *why)
{
    err_set(e, ERR_INPUT, "keyring.key_file", "could not use key file %s: %s", path, tr(why));
    return err_remedy(e, "name a file of %d to %d random bytes with mode 0600 that belongs to you",
                      KEY_FILE_MIN, KEY_FILE_MAX);
}

static bool key_file_read_open(struct secret **out, int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set_errno(e, ERR_INPUT, errno, "keyring.key_file", "could not read key file %s",
                             path);
    if (!S_ISREG(st.st_mode)) return key_file_bad(e, path, "it is not a regular file");
    if ((st.st_mode & 077) != 0)
        return key_file_bad(e, path, "others than its owner can read or write it");
    if (st.st_uid != geteuid() && geteuid() != 0)
        return key_file_bad(e, path, "it belongs to somebody else");
    if (st.st_size < KEY_FILE_MIN) return key_file_bad(e, path, "it is shorter than 32 bytes");
    if (st.st_size > KEY_FILE_MAX) return key_file_bad(e, path, "it is longer than 4,096 bytes");

    struct secret *s = secret_new((size_t)st.st_size);
    for (size_t at = 0; at < secret_size(s);) {
        ssize_t got = read(fd, secret_bytes_mut(s) + at, secret_size(s) - at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            secret_free(s);
            return key_file_bad(e, path, "it could not be read to its end");
        }
        at += (size_t)got;
    }
    *out = s;
    return true;
}

static bool key_file_read(struct secret **out, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        err_set_errno(e, ERR_INPUT, errno, "keyring.key_file", "could not open key file %s", path);
        return err_remedy(e, "check the path, and that the medium with the key file is there");
    }
    bool ok = key_file_read_open(out, fd, path, e);
    (void)close(fd);
    return ok;
}

bool key_file_make(bool *made, const char *path, struct err *e)
{
    *made = false;
    if (file_exists(path)) return true;
    struct secret *s = secret_random(KEY_FILE_NEW);
    *made = file_write(path, (struct text){(const char *)secret_bytes(s), secret_size(s)}, e);
    secret_free(s);
    return *made;
}

/* ---- what was brought ---- */

static struct secret *copy_of(const struct secret *s)
{
    return s == NULL ? NULL : secret_copy(secret_bytes(s), secret_size(s));
}

bool brought_load(struct brought *out, const struct unlock *u, struct err *e)
{
    *out = (struct brought){{NULL}};
    out->factor[FACTOR_PASSPHRASE] = copy_of(u->passphrase);
    out->factor[FACTOR_SECOND_PASSPHRASE] = copy_of(u->second_passphrase);
    if (u->key_file != NULL && !key_file_read(&out->factor[FACTOR_KEY_FILE], u->key_file, e))
        return false;
    return u->recovery == NULL || recovery_parse(&out->factor[FACTOR_RECOVERY], u->recovery, e);
}

void brought_release(struct brought *b)
{
    for (int i = 0; i < FACTOR_KIND_COUNT; i++) secret_free(b->factor[i]);
    *b = (struct brought){{NULL}};
}

bool brought_fit_for_new(const struct brought *b, struct err *e)
{
    static const enum factor_kind typed[] = {FACTOR_PASSPHRASE, FACTOR_SECOND_PASSPHRASE};
    size_t min = keyring_insecure_kdf() ? 1 : PASSPHRASE_MIN;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        const struct secret *s = b->factor[typed[i]];
        if (s == NULL || (secret_size(s) >= min && secret_size(s) <= PASSPHRASE_MAX)) continue;
        err_set(e, ERR_USAGE, "keyring.short_passphrase",
                "could not make a key slot: a passphrase has %zu to %d bytes", min, PASSPHRASE_MAX);
        return err_remedy(e, "take five or more random words");
    }
    return true;
}

/* ---- keys of slots ---- */

struct keyring_factor factor_new(enum factor_kind kind)
{
    struct keyring_factor f = {.kind = kind};
    if (kind == FACTOR_NONE) return f;
    crypto_random(f.salt, sizeof f.salt);
    if (kind == FACTOR_PASSPHRASE || kind == FACTOR_SECOND_PASSPHRASE) {
        f.passes = keyring_insecure_kdf() ? KDF_INSECURE_PASSES : KDF_PASSES;
        f.kib = keyring_insecure_kdf() ? KDF_INSECURE_KIB : KDF_KIB;
    }
    return f;
}

bool brought_has(const struct brought *b, const struct keyring_slot *s)
{
    for (int i = 0; i < 2; i++)
        if (s->factor[i].kind != FACTOR_NONE && b->factor[s->factor[i].kind] == NULL) return false;
    return true;
}

static bool stretch(struct secret *out, const struct keyring_factor *f, const struct secret *typed,
                    struct err *e)
{
    if ((f->passes < KDF_PASSES || f->kib < KDF_KIB) && !keyring_insecure_kdf()) {
        err_set(e, ERR_DENIED, "keyring.insecure_slot",
                "could not open the keyring: its passphrase slot was made with the small profile, "
                "which is for tests");
        return err_remedy(
            e,
            "open it with DCIM_INSECURE_KDF=1, add a slot without that setting, remove the old one");
    }
    struct text password = {(const char *)secret_bytes(typed), secret_size(typed)};
    return crypto_password_key(out, password, f->salt, f->passes, (size_t)f->kib * 1024, e);
}

static bool factor_key(struct secret *out, const struct keyring_factor *f, const struct brought *b,
                       struct err *e)
{
    static const char *const tag[FACTOR_KIND_COUNT] = {
        [FACTOR_KEY_FILE] = "dcim key file v1", [FACTOR_RECOVERY] = "dcim recovery v1"};
    const struct secret *s = b->factor[f->kind];
    struct crypto_hasher h;

    assert(s != NULL);
    if (tag[f->kind] == NULL) return stretch(out, f, s, e);
    crypto_hasher_init(&h, NULL);
    crypto_hasher_add(&h, tag[f->kind], strlen(tag[f->kind]));
    crypto_hasher_add(&h, f->salt, sizeof f->salt);
    crypto_hasher_add(&h, secret_bytes(s), secret_size(s));
    crypto_hasher_finish(&h, secret_bytes_mut(out));
    return true;
}

bool slot_key(struct secret **out, const struct keyring_slot *s, const struct brought *b,
              struct err *e)
{
    static const char tag[] = "dcim dual v1";
    struct secret *first = secret_new(CRYPTO_KEY), *second = secret_new(CRYPTO_KEY);
    bool dual = s->factor[1].kind != FACTOR_NONE;
    struct crypto_hasher h;

    *out = NULL;
    bool ok = factor_key(first, &s->factor[0], b, e) &&
              (!dual || factor_key(second, &s->factor[1], b, e));
    if (ok && dual) {
        crypto_hasher_init(&h, first);
        crypto_hasher_add(&h, tag, sizeof tag - 1);
        crypto_hasher_add(&h, secret_bytes(second), CRYPTO_KEY);
        crypto_hasher_finish(&h, secret_bytes_mut(first));
    }
    secret_free(second);
    if (!ok) {
        secret_free(first);
        return false;
    }
    *out = first;
    return true;
}
