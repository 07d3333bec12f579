/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/upload.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { UPLOADS_MAX = 256 };

struct upload {
    char code[UPLOAD_CODE + 1];
    int64_t account_no; /* 0: this place is free */
    int64_t used_at;
    char *name;
    int file; /* memory */
    uint64_t size;
    bool whole;
    struct crypto_sha256er hasher;
    uint8_t sha256[32];
    struct json *choices;
};

struct uploads {
    pthread_mutex_t lock;
    uint64_t size; /* of all */
    struct upload item[UPLOADS_MAX];
};

struct uploads *uploads_new(void)
{
    struct uploads *u = mem_new(1, sizeof *u);
    (void)pthread_mutex_init(&u->lock, NULL);
    return u;
}

static void forget(struct uploads *u, struct upload *up)
{
    if (up->account_no == 0) return;
    u->size -= up->size;
    (void)close(up->file);
    json_free(up->choices);
    mem_free(up->name);
    *up = (struct upload){.file = -1};
}

void uploads_free(struct uploads *u)
{
    if (u == NULL) return;
    for (size_t i = 0; i < UPLOADS_MAX; i++) forget(u, &u->item[i]);
    (void)pthread_mutex_destroy(&u->lock);
    mem_free(u);
}

static void sweep(struct uploads *u, int64_t now)
{
    for (size_t i = 0; i < UPLOADS_MAX; i++)
        if (now - u->item[i].used_at > UPLOAD_LIFE_S) forget(u, &u->item[i]);
}

void uploads_sweep(struct uploads *u, int64_t now)
{
    if (u == NULL) return;
    (void)pthread_mutex_lock(&u->lock);
    sweep(u, now);
    (void)pthread_mutex_unlock(&u->lock);
}

void upload_code_new(char out[UPLOAD_CODE + 1])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* 5 bits each */
    uint8_t random[UPLOAD_CODE];
    crypto_random(random, sizeof random);
    for (size_t i = 0; i < UPLOAD_CODE; i++) out[i] = letters[random[i] & 31];
    out[UPLOAD_CODE] = '\0';
}

/* ---- finding ---- */

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "upload.unknown", "the uploaded file is not there any more");
    return err_remedy(e, "upload it again: files are kept for %d minutes and then forgotten",
                      UPLOAD_LIFE_S / 60);
}

/* Of this account; with the lock held. */
static struct upload *find(struct uploads *u, int64_t account_no, int64_t now, struct text code)
{
    sweep(u, now);
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->item[i];
        if (account_no == 0 || up->account_no != account_no || !text_is(code, up->code)) continue;
        up->used_at = now;
        return up;
    }
    return NULL;
}

/* ---- putting ---- */

static bool too_large(struct err *e)
{
    err_set(e, ERR_LIMIT, "upload.too_large", "the file is larger than %d MiB",
            UPLOAD_BYTES_MAX >> 20);
    return err_remedy(e, "split it into several files, or ask for an import at the server itself");
}

/* Of one account's uploads the one that was longest not used. */
static struct upload *oldest(struct uploads *u, int64_t account_no, const struct upload *but,
                             size_t *n, uint64_t *size)
{
    struct upload *found = NULL;
    *n = 0;
    *size = 0;
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->item[i];
        if (up->account_no != account_no) continue;
        ++*n;
        *size += up->size;
        if (up != but && (found == NULL || up->used_at < found->used_at)) found = up;
    }
    return found;
}

/* Room for so much more of this account; its own older uploads give way. */
static bool make_room(struct uploads *u, int64_t account_no, const struct upload *but, size_t more,
                      struct err *e)
{
    size_t n;
    uint64_t size;
    for (;;) {
        struct upload *old = oldest(u, account_no, but, &n, &size);
        bool fits =
            n + (but == NULL) <= UPLOAD_ACCOUNT_MAX && size + more <= UPLOAD_ACCOUNT_BYTES_MAX;
        if (fits || old == NULL) break;
        forget(u, old);
    }
    if (u->size + more <= UPLOAD_ALL_BYTES_MAX) return true;
    err_set(e, ERR_LIMIT, "upload.no_room", "too many files are being imported at the moment");
    return err_remedy(e, "try again in half an hour");
}

static struct upload *begin(struct uploads *u, int64_t account_no, int64_t now,
                            const struct upload_piece *p, struct err *e)
{
    struct upload *up = NULL;
    if (p->offset != 0) {
        (void)unknown(e);
        return NULL;
    }
    if (!make_room(u, account_no, NULL, p->bytes.n, e)) return NULL;
    for (size_t i = 0; i < UPLOADS_MAX && up == NULL; i++)
        if (u->item[i].account_no == 0) up = &u->item[i];
    if (up == NULL) {
        err_set(e, ERR_LIMIT, "upload.no_room", "too many files are being imported at the moment");
        err_remedy(e, "try again in half an hour");
        return NULL;
    }
    int file = memfd_create("upload", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) {
        err_set_errno(e, ERR_SYSTEM, errno, "upload.memory", "there is no memory for the file");
        return NULL;
    }
    size_t n = strlen(p->name) < UPLOAD_NAME_MAX ? strlen(p->name) : UPLOAD_NAME_MAX;
    *up = (struct upload){.account_no = account_no, .used_at = now, .file = file};
    upload_code_new(up->code);
    up->name = mem_text(p->name, n);
    up->choices = json_object();
    crypto_sha256_init(&up->hasher);
    return up;
}

static bool write_piece(struct upload *up, struct text t, struct err *e)
{
    for (size_t done = 0; done < t.n;) {
        ssize_t n = pwrite(up->file, t.p + done, t.n - done, (off_t)(up->size + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            return err_set_errno(e, ERR_SYSTEM, errno, "upload.memory",
                                 "there is no memory for the file");
        done += (size_t)n;
    }
    return true;
}

static bool seal(struct upload *up, struct err *e)
{
    if (fcntl(up->file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "upload.memory", "the file could not be sealed");
    crypto_sha256_finish(&up->hasher, up->sha256);
    up->whole = true;
    return true;
}

static bool append(struct uploads *u, struct upload *up, const struct upload_piece *p,
                   struct err *e)
{
    if (up->whole || p->offset != up->size) {
        err_set(e, ERR_CONFLICT, "upload.order", "this piece of the file is not the next one");
        return err_remedy(e, "upload the file again");
    }
    if (p->bytes.n > UPLOAD_PIECE_MAX || up->size + p->bytes.n > UPLOAD_BYTES_MAX)
        return too_large(e);
    if (!make_room(u, up->account_no, up, p->bytes.n, e) || !write_piece(up, p->bytes, e))
        return false;
    crypto_sha256_add(&up->hasher, p->bytes.p, p->bytes.n);
    up->size += p->bytes.n;
    u->size += p->bytes.n;
    return !p->last || seal(up, e);
}

bool upload_put(char code[UPLOAD_CODE + 1], struct uploads *u, int64_t account_no, int64_t now,
                const struct upload_piece *p, struct err *e)
{
    (void)pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, account_no, now, text_of(p->code));
    bool begun = p->code[0] == '\0', ok = true;
    if (begun) up = begin(u, account_no, now, p, e);
    if (up == NULL) ok = begun ? false : unknown(e);
    if (ok && !append(u, up, p, e)) {
        if (begun) forget(u, up);
        ok = false;
    }
    if (ok) memcpy(code, up->code, sizeof up->code);
    (void)pthread_mutex_unlock(&u->lock);
    return ok;
}

/* ---- using ---- */

static bool look(struct upload_view *out, struct uploads *u, int64_t account_no, int64_t now,
                 struct text code, struct arena *a, struct err *e)
{
    struct upload *up = find(u, account_no, now, code);
    if (up == NULL) return unknown(e);
    if (!up->whole) {
        err_set(e, ERR_CONFLICT, "upload.order", "the file did not come to its end");
        return err_remedy(e, "upload the file again");
    }
    int file = fcntl(up->file, F_DUPFD_CLOEXEC, 3);
    if (file < 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "upload.memory", "the file could not be opened");
    *out = (struct upload_view){.file = file, .size = up->size};
    out->name = arena_copy(a, up->name, strlen(up->name));
    out->choices = json_copy(up->choices);
    memcpy(out->sha256, up->sha256, sizeof out->sha256);
    return true;
}

bool upload_open(struct upload_view *out, struct uploads *u, int64_t account_no, int64_t now,
                 struct text code, struct arena *a, struct err *e)
{
    *out = (struct upload_view){.file = -1};
    (void)pthread_mutex_lock(&u->lock);
    bool ok = look(out, u, account_no, now, code, a, e);
    (void)pthread_mutex_unlock(&u->lock);
    return ok;
}

void upload_close(struct upload_view *v)
{
    if (v->file >= 0) (void)close(v->file);
    json_free(v->choices);
    *v = (struct upload_view){.file = -1};
}

bool upload_choose(struct uploads *u, int64_t account_no, int64_t now, struct text code,
                   const struct json *choices, struct err *e)
{
    const char *key;
    const struct json *value;
    (void)pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, account_no, now, code);
    for (void *at = NULL; up != NULL && json_next(choices, &at, &key, &value);)
        json_set(up->choices, key, json_copy(value));
    (void)pthread_mutex_unlock(&u->lock);
    return up != NULL ? true : unknown(e);
}

bool upload_drop(struct uploads *u, int64_t account_no, int64_t now, struct text code,
                 struct err *e)
{
    (void)pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, account_no, now, code);
    if (up != NULL) forget(u, up);
    (void)pthread_mutex_unlock(&u->lock);
    return up != NULL ? true : unknown(e);
}
