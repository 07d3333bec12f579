/* SPDX-License-Identifier: EUPL-1.2 */
/* The two copies, and what is done with slots. The format is in keyring_file.h, the making of slot
 * keys in keyring_secret.h.
 *
 * Which copy is used: of the undamaged ones the one of the highest generation, and no other, so
 * that a slot that was removed does not come back through a copy that was not yet rewritten. Two
 * undamaged copies of the same generation that differ (somebody tampered) are both tried. Changes
 * are made under a lock on the folder, and only when the file is still of the generation that was
 * opened. */
#include "store/keyring.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/keyring_file.h"
#include "store/keyring_secret.h"
#include "store/recovery.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATHS = 2 };

struct keyring {
    char *path[PATHS];
    /* Threads of a desk share one keyring: slots change in `file` while others list them or make a
     * backup. Apart from the struct, for who only reads has it const. */
    pthread_mutex_t *lock;
    struct keyring_file file; /* under `lock` once the keyring is open */
    struct secret *master;
    struct secret *key[KEY_COUNT];
    uint8_t audit_public[CRYPTO_PUBLIC];
    struct secret *backup_private; /* NULL: no recovery code was brought */
    struct backup_recipient backup_whose;
};

static size_t key_bytes(int use)
{
    return use == KEY_AUDIT_SIGN ? KEYRING_SIGN_KEY : CRYPTO_KEY;
}

const char *slot_kind_name(enum slot_kind kind)
{
    static const char *const name[] = {[SLOT_PASSPHRASE] = "passphrase",
                                       [SLOT_KEY_FILE] = "key-file",
                                       [SLOT_RECOVERY] = "recovery",
                                       [SLOT_DUAL] = "dual",
                                       [SLOT_TPM2] = "tpm2",
                                       [SLOT_PKCS11] = "pkcs11"};
    return (size_t)kind < sizeof name / sizeof name[0] ? name[kind] : "unknown";
}

static struct keyring *keyring_new(const char *path)
{
    struct keyring *k = mem_new(1, sizeof *k);
    k->lock = mem_new(1, sizeof *k->lock);
    (void)pthread_mutex_init(k->lock, NULL);
    size_t n = strlen(path);
    k->path[0] = mem_text(path, n);
    k->path[1] = mem_new(n + sizeof ".copy", 1);
    memcpy(k->path[1], path, n);
    memcpy(k->path[1] + n, ".copy", sizeof ".copy");
    return k;
}

void keyring_close(struct keyring *k)
{
    if (k == NULL) return;
    for (int i = 0; i < KEY_COUNT; i++) secret_free(k->key[i]);
    secret_free(k->backup_private);
    secret_free(k->master);
    for (int i = 0; i < PATHS; i++) mem_free(k->path[i]);
    (void)pthread_mutex_destroy(k->lock);
    mem_free(k->lock);
    mem_free(k);
}

/* ---- sealing and opening ---- */

static void body_seal(struct keyring *k)
{
    const size_t n = keyring_file_body(&k->file);
    struct secret *plain = secret_new(n);
    uint8_t *p = secret_bytes_mut(plain);
    struct buf ad;

    for (int i = 0; i < k->file.n_key; i++) {
        memcpy(p, secret_bytes(k->key[i]), key_bytes(i));
        p += key_bytes(i);
    }
    memcpy(p, k->audit_public, CRYPTO_PUBLIC);
    assert(p + CRYPTO_PUBLIC == secret_bytes(plain) + n);

    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_body_ad(&ad, &k->file);
    crypto_random(k->file.nonce, sizeof k->file.nonce);
    crypto_seal(k->file.body, secret_bytes(plain), n, ad.p, ad.n, k->file.nonce,
                secret_bytes(k->master));
    buf_release(&ad);
    secret_free(plain);
}

/* Open the body of k->file under k->master. */
static bool body_open(struct keyring *k)
{
    const size_t n = keyring_file_body(&k->file);
    struct secret *plain = secret_new(n);
    struct buf ad;

    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_body_ad(&ad, &k->file);
    bool ok = crypto_open(secret_bytes_mut(plain), k->file.body, n + CRYPTO_TAG, ad.p, ad.n,
                          k->file.nonce, secret_bytes(k->master));
    buf_release(&ad);
    const uint8_t *p = secret_bytes(plain);
    for (int i = 0; ok && i < k->file.n_key; i++) {
        k->key[i] = secret_copy(p, key_bytes(i));
        p += key_bytes(i);
    }
    if (ok) memcpy(k->audit_public, p, CRYPTO_PUBLIC);
    secret_free(plain);
    return ok;
}

/* A recovery slot gets a key pair of its own; the private half stays in it. */
static void backup_seal(struct keyring *k, struct keyring_slot *s, const struct secret *slot_key)
{
    struct secret *private_key;
    struct buf ad;

    crypto_box_new(s->backup.public_key, &private_key);
    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_backup_ad(&ad, &k->file, s);
    crypto_random(s->backup.nonce, sizeof s->backup.nonce);
    crypto_seal(s->backup.sealed, secret_bytes(private_key), CRYPTO_KEY, ad.p, ad.n,
                s->backup.nonce, secret_bytes(slot_key));
    buf_release(&ad);
    secret_free(private_key);
}

/* Once the keyring is open: the backup key of the recovery slot whose code was brought, if one
 * was. */
static bool backup_open(struct keyring *k, const struct brought *b, struct err *e)
{
    for (size_t i = 0; i < k->file.n_slot && k->backup_private == NULL; i++) {
        const struct keyring_slot *s = &k->file.slot[i];
        struct secret *key, *private_key;
        struct buf ad;
        if (s->kind != SLOT_RECOVERY || !brought_has(b, s)) continue;
        if (!slot_key(&key, s, b, e)) return false;
        private_key = secret_new(CRYPTO_KEY);
        buf_init(&ad, KEYRING_AD_MAX);
        keyring_file_backup_ad(&ad, &k->file, s);
        if (crypto_open(secret_bytes_mut(private_key), s->backup.sealed, sizeof s->backup.sealed,
                        ad.p, ad.n, s->backup.nonce, secret_bytes(key))) {
            k->backup_private = private_key;
            k->backup_whose.slot = s->number;
            memcpy(k->backup_whose.public_key, s->backup.public_key, CRYPTO_PUBLIC);
        } else {
            secret_free(private_key);
        }
        buf_release(&ad);
        secret_free(key);
    }
    return true;
}

static bool slot_seal(struct keyring *k, struct keyring_slot *s, const struct brought *b,
                      struct err *e)
{
    struct secret *key;
    struct buf ad;

    if (!slot_key(&key, s, b, e)) return false;
    if (s->kind == SLOT_RECOVERY) backup_seal(k, s, key);
    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_slot_ad(&ad, &k->file, s);
    crypto_random(s->nonce, sizeof s->nonce);
    crypto_seal(s->sealed, secret_bytes(k->master), CRYPTO_KEY, ad.p, ad.n, s->nonce,
                secret_bytes(key));
    buf_release(&ad);
    secret_free(key);
    return true;
}

/* Try one slot of k->file: *opened with k->master set, or not. False on errors. */
static bool slot_try(bool *opened, struct keyring *k, const struct keyring_slot *s,
                     const struct brought *b, struct err *e)
{
    struct secret *key;
    struct buf ad;

    *opened = false;
    if (!brought_has(b, s)) return true;
    if (!slot_key(&key, s, b, e)) return false;
    struct secret *master = secret_new(CRYPTO_KEY);
    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_slot_ad(&ad, &k->file, s);
    *opened = crypto_open(secret_bytes_mut(master), s->sealed, sizeof s->sealed, ad.p, ad.n,
                          s->nonce, secret_bytes(key));
    buf_release(&ad);
    secret_free(key);
    if (*opened) k->master = master;
    else secret_free(master);
    return true;
}

/* ---- the two copies ---- */

struct copy {
    bool there, whole;
    struct buf raw;
    struct keyring_file file;
};

static void copies_read(struct copy c[PATHS], const struct keyring *k)
{
    for (int i = 0; i < PATHS; i++) {
        buf_init(&c[i].raw, KEYRING_FILE_MAX);
        c[i].there = file_exists(k->path[i]);
        c[i].whole = c[i].there && file_read(&c[i].raw, k->path[i], KEYRING_FILE_MAX, NULL) &&
                     keyring_file_parse(&c[i].file, buf_text(&c[i].raw));
    }
}

static void copies_release(struct copy c[PATHS])
{
    for (int i = 0; i < PATHS; i++) buf_release(&c[i].raw);
}

static uint32_t copies_generation(const struct copy c[PATHS])
{
    uint32_t newest = 0;
    for (int i = 0; i < PATHS; i++)
        if (c[i].whole && c[i].file.generation > newest) newest = c[i].file.generation;
    return newest;
}

/* Exclusive lock on the folder of the keyring; -1 with the error set. */
static int folder_lock(const struct keyring *k, struct err *e)
{
    const char *slash = strrchr(k->path[0], '/');
    char *folder =
        slash == NULL ? mem_text(".", 1) : mem_text(k->path[0], (size_t)(slash - k->path[0]) + 1);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : flock(fd, LOCK_EX);
    if (rc != 0) {
        err_set_errno(e, ERR_SYSTEM, errno, "keyring.folder",
                      "could not lock the folder of the keyring, %s", folder);
        err_remedy(e, "check that the folder exists and that you may write to it");
        if (fd >= 0) (void)close(fd);
        fd = -1;
    }
    mem_free(folder);
    return fd;
}

/* Write the copies that are not `bytes` yet. *n_written counts, also when it fails. */
static bool copies_write(int *n_written, const struct keyring *k, struct text bytes, struct err *e)
{
    struct copy c[PATHS];
    bool ok = true;

    *n_written = 0;
    copies_read(c, k);
    for (int i = 0; i < PATHS && ok; i++) {
        if (c[i].whole && text_equal(buf_text(&c[i].raw), bytes)) continue;
        ok = file_write(k->path[i], bytes, e);
        *n_written += ok;
    }
    copies_release(c);
    return ok;
}

/* After opening: make both copies what was opened. A failure is no reason not to open (a medium
 * that can only be read); `dcim check` reports copies that differ. */
static void copies_repair(const struct keyring *k, struct text opened)
{
    struct copy now[PATHS];
    int n_written, lock = folder_lock(k, NULL);

    if (lock < 0) return;
    copies_read(now, k);
    /* Another process may have changed it meanwhile. */
    bool newer = copies_generation(now) > k->file.generation;
    copies_release(now);
    if (!newer) {
        bool ignored = copies_write(&n_written, k, opened, NULL);
        (void)ignored;
    }
    (void)close(lock);
}

static bool changed_meanwhile(struct err *e, const char *what)
{
    err_set(e, ERR_CONFLICT, "keyring.changed",
            "could not %s: the keyring was changed by another process", what);
    return err_remedy(e, "list its slots again and repeat what was to be done");
}

static bool bytes_of(struct buf *out, const struct keyring *k, struct err *e)
{
    struct copy now[PATHS];
    copies_read(now, k);
    uint32_t newest = copies_generation(now);
    copies_release(now);
    if (newest != k->file.generation) return changed_meanwhile(e, tr("copy the keyring"));
    keyring_file_write(out, &k->file);
    return buf_ok(out, e);
}

/* Write k->file, which has been changed, as the next generation. */
static bool keyring_save(int *n_written, struct keyring *k, struct err *e)
{
    struct copy now[PATHS];
    struct buf bytes;
    bool ok = false;

    *n_written = 0;
    buf_init(&bytes, KEYRING_FILE_MAX);
    int lock = folder_lock(k, e);
    if (lock < 0) return false;
    copies_read(now, k);
    uint32_t newest = copies_generation(now);
    copies_release(now);
    if (newest != k->file.generation) {
        (void)changed_meanwhile(e, tr("change a key slot"));
        goto done;
    }
    k->file.generation++;
    body_seal(k);
    keyring_file_write(&bytes, &k->file);
    if (!buf_ok(&bytes, e)) goto done;
    ok = copies_write(n_written, k, buf_text(&bytes), e);
done:
    (void)close(lock);
    buf_release(&bytes);
    return ok;
}

/* ---- opening ---- */

static bool wrong_or_damaged(struct err *e)
{
    err_set(e, ERR_DENIED, "keyring.wrong_secret",
            "could not open the keyring: the secret is wrong, or the file is damaged");
    return err_remedy(
        e,
        "try the secret again, or another one; if none opens it, restore the keyring from a backup");
}

/* Try every slot of k->file. Key files and codes come first, for passphrases cost a second each. */
static bool file_try(bool *opened, struct keyring *k, const struct brought *b, struct err *e)
{
    static const enum slot_kind order[] = {SLOT_KEY_FILE, SLOT_RECOVERY, SLOT_PASSPHRASE,
                                           SLOT_DUAL};
    *opened = false;
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (size_t i = 0; i < k->file.n_slot; i++) {
            if (k->file.slot[i].kind != order[o]) continue;
            if (!slot_try(opened, k, &k->file.slot[i], b, e)) return false;
            if (!*opened) continue;
            if (body_open(k)) return true;
            secret_free(k->master); /* the slot is right, the rest is not: damage */
            k->master = NULL;
            *opened = false;
        }
    return true;
}

static bool keyring_unlock(struct keyring *k, const struct brought *b, struct err *e)
{
    struct copy c[PATHS];
    bool ok = false, opened = false;
    int with = 0;

    copies_read(c, k);
    uint32_t newest = copies_generation(c);
    if (!c[0].there && !c[1].there) {
        err_set(e, ERR_NOT_FOUND, "keyring.missing", "could not open keyring %s: there is none",
                k->path[0]);
        err_remedy(
            e,
            "check the folder of the repository; a keyring that is lost comes back from a backup");
        goto done;
    }
    for (int i = 0; i < PATHS && !opened; i++) {
        if (!c[i].whole || c[i].file.generation != newest) continue;
        if (i == 1 && c[0].whole && text_equal(buf_text(&c[0].raw), buf_text(&c[1].raw))) continue;
        k->file = c[i].file;
        with = i;
        if (!file_try(&opened, k, b, e)) goto done;
    }
    if (!opened) {
        wrong_or_damaged(e);
        goto done;
    }
    if (!backup_open(k, b, e)) goto done;
    if (!c[0].whole || !c[1].whole || !text_equal(buf_text(&c[0].raw), buf_text(&c[1].raw)))
        copies_repair(k, buf_text(&c[with].raw));
    ok = true;
done:
    copies_release(c);
    return ok;
}

static bool no_secret(struct err *e, enum err_code code, const char *what)
{
    err_set(e, code, "keyring.no_secret", "could not %s: no secret was given for it", what);
    return err_remedy(
        e,
        "give a passphrase, a key file or a recovery code; a dual slot takes a passphrase with a key "
        "file or with a second passphrase");
}

/* A keyring of version 4 gets the key it lacks. *again: another process was quicker, and what it
 * wrote is to be opened; else a failure leaves the keyring as it was. */
static void add_missing_key(bool *again, struct keyring *k)
{
    const struct keyring_file before = k->file;
    struct err why = {0};
    int n_written;

    *again = false;
    if (k->file.n_key == KEY_COUNT) return;
    k->key[KEY_LINKAGE] = secret_random(CRYPTO_KEY);
    k->file.n_key = KEY_COUNT;
    if (keyring_save(&n_written, k, &why) || n_written > 0) return;
    k->file = before;
    secret_free(k->key[KEY_LINKAGE]);
    k->key[KEY_LINKAGE] = NULL;
    *again = text_is(text_of(why.id), "keyring.changed");
}

bool keyring_open(struct keyring **out, const char *path, const struct unlock *u, struct err *e)
{
    struct brought b;
    struct keyring *k = NULL;
    bool ok = false, again;

    crypto_start();
    *out = NULL;
    if (!brought_load(&b, u, e)) goto done;
    if (u->key_file == NULL && u->passphrase == NULL && u->recovery == NULL) {
        no_secret(e, ERR_DENIED, tr("open the keyring"));
        goto done;
    }
    do {
        keyring_close(k);
        k = keyring_new(path);
        if (!keyring_unlock(k, &b, e)) goto done;
        add_missing_key(&again, k);
    } while (again);
    *out = k;
    k = NULL;
    ok = true;
done:
    keyring_close(k);
    brought_release(&b);
    return ok;
}

/* ---- slots ---- */

/* Add a slot to k->file in memory. */
static bool slot_add(struct keyring *k, uint32_t number, enum slot_kind kind,
                     const enum factor_kind factor[2], const struct brought *b, struct text label,
                     struct err *e)
{
    if (k->file.n_slot == KEYRING_SLOTS_MAX) {
        err_set(e, ERR_LIMIT, "keyring.full", "could not add a key slot: there are %d already",
                KEYRING_SLOTS_MAX);
        return err_remedy(e, "remove a slot that is not used any more");
    }
    struct keyring_slot *s = &k->file.slot[k->file.n_slot];
    *s = (struct keyring_slot){.number = number, .kind = kind, .created_at = instant_now()};
    if (label.n >= sizeof s->label || !text_is_utf8(label, NULL)) {
        err_set(e, ERR_USAGE, "keyring.label",
                "could not add a key slot: its label has at most %d bytes of UTF-8",
                KEYRING_LABEL - 1);
        return err_remedy(e, "give a shorter label");
    }
    if (label.n > 0) memcpy(s->label, label.p, label.n);
    for (int i = 0; i < 2; i++) s->factor[i] = factor_new(factor[i]);
    if (!brought_has(b, s)) return no_secret(e, ERR_USAGE, "add a key slot");
    if (!slot_seal(k, s, b, e)) return false;
    k->file.n_slot++;
    return true;
}

size_t keyring_slots(const struct keyring *k, struct slot_info *out, size_t max)
{
    _Static_assert(sizeof out->label == KEYRING_LABEL, "label");
    (void)pthread_mutex_lock(k->lock);
    for (size_t i = 0; i < k->file.n_slot && i < max; i++) {
        const struct keyring_slot *s = &k->file.slot[i];
        out[i] =
            (struct slot_info){.number = s->number, .kind = s->kind, .created_at = s->created_at};
        memcpy(out[i].label, s->label, sizeof out[i].label);
    }
    size_t n = k->file.n_slot;
    (void)pthread_mutex_unlock(k->lock);
    return n;
}

/* The factors of a new slot; a recovery code is made here. */
static bool slot_factors(enum factor_kind out[2], struct brought *b, enum slot_kind kind,
                         struct err *e)
{
    out[0] = out[1] = FACTOR_NONE;
    switch (kind) {
    case SLOT_PASSPHRASE: out[0] = FACTOR_PASSPHRASE; return true;
    case SLOT_KEY_FILE: out[0] = FACTOR_KEY_FILE; return true;
    case SLOT_RECOVERY:
        out[0] = FACTOR_RECOVERY;
        b->factor[FACTOR_RECOVERY] = secret_random(RECOVERY_BYTES);
        return true;
    case SLOT_DUAL:
        out[0] = FACTOR_PASSPHRASE;
        out[1] = b->factor[FACTOR_KEY_FILE] != NULL ? FACTOR_KEY_FILE : FACTOR_SECOND_PASSPHRASE;
        return true;
    case SLOT_TPM2:
    case SLOT_PKCS11: break;
    }
    err_set(e, ERR_USAGE, "keyring.slot_reserved",
            "could not add a key slot of kind %s: this version cannot do that yet",
            slot_kind_name(kind));
    return err_remedy(e, "add a slot of kind passphrase, key-file, recovery or dual");
}

static bool add_slot(struct keyring *k, enum slot_kind kind, const struct unlock *secret,
                     struct text label, struct secret **recovery_code, struct err *e)
{
    struct keyring_file before = k->file;
    struct brought b = {{NULL}};
    enum factor_kind factor[2];
    bool ok = false, made = false;
    int n_written = 0;
    const char *key_file =
        secret == NULL || (kind != SLOT_KEY_FILE && kind != SLOT_DUAL) ? NULL : secret->key_file;

    assert(kind != SLOT_RECOVERY || recovery_code != NULL);
    if (recovery_code != NULL) *recovery_code = NULL;
    if (key_file != NULL && !key_file_make(&made, key_file, e)) return false;
    if (kind != SLOT_RECOVERY && secret != NULL && !brought_load(&b, secret, e)) goto done;
    if (!slot_factors(factor, &b, kind, e) || !brought_fit_for_new(&b, e)) goto done;
    ok = slot_add(k, k->file.generation + 1, kind, factor, &b, label, e) &&
         keyring_save(&n_written, k, e);
    if (ok && kind == SLOT_RECOVERY)
        *recovery_code = recovery_format(secret_bytes(b.factor[FACTOR_RECOVERY]));
done:
    if (!ok && n_written == 0) k->file = before;
    if (!ok && made && n_written == 0) (void)unlink(key_file);
    brought_release(&b);
    return ok;
}

bool keyring_add(struct keyring *k, enum slot_kind kind, const struct unlock *secret,
                 struct text label, struct secret **recovery_code, struct err *e)
{
    (void)pthread_mutex_lock(k->lock);
    bool ok = add_slot(k, kind, secret, label, recovery_code, e);
    (void)pthread_mutex_unlock(k->lock);
    return ok;
}

static bool remove_slot(struct keyring *k, uint32_t number, struct err *e)
{
    struct keyring_file before = k->file;
    struct keyring_file *f = &k->file;
    size_t at = 0;
    int n_written;

    while (at < f->n_slot && f->slot[at].number != number) at++;
    if (at == f->n_slot) {
        err_set(e, ERR_NOT_FOUND, "keyring.no_slot",
                "could not remove key slot %u: there is none of this number", (unsigned)number);
        return err_remedy(e, "list the slots");
    }
    if (f->n_slot == 1) {
        err_set(e, ERR_CONFLICT, "keyring.last_slot",
                "could not remove key slot %u: nothing would open the keyring any more",
                (unsigned)number);
        return err_remedy(e, "add another slot first");
    }
    f->n_slot--;
    memmove(&f->slot[at], &f->slot[at + 1], (f->n_slot - at) * sizeof f->slot[0]);
    memset(&f->slot[f->n_slot], 0, sizeof f->slot[0]);
    if (keyring_save(&n_written, k, e)) return true;
    if (n_written == 0) *f = before;
    return false;
}

bool keyring_remove(struct keyring *k, uint32_t number, struct err *e)
{
    (void)pthread_mutex_lock(k->lock);
    bool ok = remove_slot(k, number, e);
    (void)pthread_mutex_unlock(k->lock);
    return ok;
}

/* ---- making ---- */

static void keys_new(struct keyring *k)
{
    k->master = secret_random(CRYPTO_KEY);
    for (int i = 0; i < KEY_COUNT; i++) {
        if (i == KEY_AUDIT_SIGN) crypto_sign_new(k->audit_public, &k->key[i]);
        else k->key[i] = secret_random(CRYPTO_KEY);
        assert(secret_size(k->key[i]) == key_bytes(i));
    }
    k->file.n_key = KEY_COUNT;
    crypto_random(k->file.id, sizeof k->file.id);
    k->file.created_at = instant_now();
}

static bool first_slots(struct keyring *k, const struct brought *b, struct err *e)
{
    static const struct {
        enum slot_kind kind;
        enum factor_kind factor[2];
    } first[] = {{SLOT_PASSPHRASE, {FACTOR_PASSPHRASE, FACTOR_NONE}},
                 {SLOT_KEY_FILE, {FACTOR_KEY_FILE, FACTOR_NONE}},
                 {SLOT_RECOVERY, {FACTOR_RECOVERY, FACTOR_NONE}}};

    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        if (b->factor[first[i].factor[0]] == NULL) continue;
        if (!slot_add(k, (uint32_t)k->file.n_slot + 1, first[i].kind, first[i].factor, b, TEXT(""),
                      e))
            return false;
    }
    if (k->file.n_slot == 0) return no_secret(e, ERR_USAGE, "make a keyring");
    /* So that later slots, numbered after the generation that adds them, never get one of these
     * numbers. */
    k->file.generation = (uint32_t)k->file.n_slot;
    return true;
}

static bool keyring_write_new(struct keyring *k, struct err *e)
{
    struct buf bytes;
    int n_written = 0;

    for (int i = 0; i < PATHS; i++)
        if (file_exists(k->path[i])) {
            err_set(e, ERR_CONFLICT, "keyring.exists",
                    "could not make a keyring: %s is there already", k->path[i]);
            return err_remedy(e, "choose an empty folder");
        }
    buf_init(&bytes, KEYRING_FILE_MAX);
    body_seal(k);
    keyring_file_write(&bytes, &k->file);
    bool ok = buf_ok(&bytes, e) && copies_write(&n_written, k, buf_text(&bytes), e);
    for (int i = 0; !ok && i < n_written; i++) (void)unlink(k->path[i]);
    buf_release(&bytes);
    return ok;
}

bool keyring_create(struct keyring **out, const char *path, const struct unlock *u, struct err *e)
{
    struct brought b = {{NULL}};
    struct keyring *k = NULL;
    bool ok = false, made = false;

    crypto_start();
    *out = NULL;
    if (u->key_file != NULL && !key_file_make(&made, u->key_file, e)) return false;
    if (!brought_load(&b, u, e) || !brought_fit_for_new(&b, e)) goto done;
    k = keyring_new(path);
    keys_new(k);
    if (!first_slots(k, &b, e) || !keyring_write_new(k, e)) goto done;
    *out = k;
    k = NULL;
    ok = true;
done:
    if (!ok && made) (void)unlink(u->key_file);
    keyring_close(k);
    brought_release(&b);
    return ok;
}

/* ---- what it holds ---- */

const struct secret *keyring_key(const struct keyring *k, enum key_use use)
{
    assert(use < KEY_COUNT);
    return k->key[use];
}

const uint8_t *keyring_audit_public(const struct keyring *k)
{
    return k->audit_public;
}

static size_t recipients_of(const struct keyring *k, struct backup_recipient *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < k->file.n_slot; i++) {
        const struct keyring_slot *s = &k->file.slot[i];
        if (s->kind != SLOT_RECOVERY) continue;
        if (n < max) {
            out[n].slot = s->number;
            memcpy(out[n].public_key, s->backup.public_key, CRYPTO_PUBLIC);
        }
        n++;
    }
    return n;
}

size_t keyring_backup_recipients(const struct keyring *k, struct backup_recipient *out, size_t max)
{
    (void)pthread_mutex_lock(k->lock);
    size_t n = recipients_of(k, out, max);
    (void)pthread_mutex_unlock(k->lock);
    return n;
}

bool keyring_bytes(struct buf *out, const struct keyring *k, struct err *e)
{
    (void)pthread_mutex_lock(k->lock);
    bool ok = bytes_of(out, k, e);
    (void)pthread_mutex_unlock(k->lock);
    return ok;
}

bool keyring_for_backup(struct buf *out, struct backup_recipient *to, size_t *n, size_t max,
                        const struct keyring *k, struct err *e)
{
    (void)pthread_mutex_lock(k->lock);
    *n = recipients_of(k, to, max);
    bool ok = bytes_of(out, k, e);
    (void)pthread_mutex_unlock(k->lock);
    return ok;
}

const struct secret *keyring_backup_private(const struct keyring *k, struct backup_recipient *whose)
{
    if (k->backup_private != NULL) *whose = k->backup_whose;
    return k->backup_private;
}

void keyring_id(const struct keyring *k, uint8_t out[8])
{
    memcpy(out, k->file.id, sizeof k->file.id);
}
