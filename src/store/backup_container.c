/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup_container.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/keyring_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    FORMAT_VERSION = 2,
    FIXED_HEAD = 8 + 1 + 3 + 4,
    SEALED_KEY = CRYPTO_KEY + CRYPTO_BOX_EXTRA,
    RECIPIENT = 4 + SEALED_KEY,
    HEAD_MAX = FIXED_HEAD + KEYRING_FILE_MAX + KEYRING_SLOTS_MAX * RECIPIENT + CRYPTO_STREAM_HEADER,
    SEALED_CHUNK = CONTAINER_CHUNK + CRYPTO_STREAM_EXTRA
};

static const char magic[8] = {'D', 'C', 'I', 'M', 'B', 'K', 'U', 'P'};

/* ---- writing ---- */

struct container_writer {
    struct backup_sink sink;
    struct container_file *file; /* of container_create() alone */
    struct crypto_stream stream;
    struct crypto_hasher whole;
    uint8_t *digest; /* where it is wanted; NULL: nowhere */
    uint8_t head[32];
    uint64_t bytes;
    size_t n; /* of plain */
    uint8_t plain[CONTAINER_CHUNK], sealed[SEALED_CHUNK];
};

static void write_through(struct container_writer *w, const void *p, size_t n)
{
    w->sink.put(w->sink.ctx, (struct text){p, n});
    crypto_hasher_add(&w->whole, p, n);
    w->bytes += n;
}

static void put_chunk(struct container_writer *w, bool last)
{
    crypto_stream_push(&w->stream, w->sealed, w->plain, w->n, last);
    write_through(w, w->sealed, w->n + CRYPTO_STREAM_EXTRA);
    w->n = 0;
}

static void put_head(struct container_writer *w, struct text keyring,
                     const struct backup_recipient *to, size_t n_to)
{
    struct secret *key = secret_random(CRYPTO_KEY);
    uint8_t sealed[SEALED_KEY], stream_head[CRYPTO_STREAM_HEADER];
    struct buf head;

    crypto_stream_push_init(&w->stream, stream_head, key);
    buf_init(&head, HEAD_MAX);
    buf_put(&head, magic, sizeof magic);
    buf_put_u8(&head, FORMAT_VERSION);
    buf_put_u8(&head, (uint8_t)n_to);
    buf_put(&head, "\0", 2);
    buf_put_u32le(&head, (uint32_t)keyring.n);
    buf_put_text(&head, keyring);
    for (size_t i = 0; i < n_to; i++) {
        crypto_box_seal(sealed, secret_bytes(key), CRYPTO_KEY, to[i].public_key);
        buf_put_u32le(&head, to[i].slot);
        buf_put(&head, sealed, sizeof sealed);
    }
    secret_free(key);
    buf_put(&head, stream_head, sizeof stream_head);
    crypto_hash(w->head, sizeof w->head, head.p, head.n, NULL);
    write_through(w, head.p, head.n);
    buf_release(&head);
}

bool container_begin(struct container_writer **out, const struct backup_sink *sink,
                     struct text keyring, const struct backup_recipient *to, size_t n_to,
                     struct err *e)
{
    *out = NULL;
    assert(n_to >= 1 && n_to <= KEYRING_SLOTS_MAX);
    if (keyring.n > KEYRING_FILE_MAX)
        return err_set(e, ERR_STORE, "backup.keyring", "the keyring is too long for a backup");
    if (!sink->begin(sink->ctx, e)) return false;
    struct container_writer *w = mem_new(1, sizeof *w);
    w->sink = *sink;
    crypto_hasher_init(&w->whole, NULL);
    put_head(w, keyring, to, n_to);
    *out = w;
    return true;
}

/* ---- into a file ---- */

struct container_file {
    const char *path; /* until it is open */
    struct file_sink *sink;
};

static bool file_begin(void *ctx, struct err *e)
{
    struct container_file *f = ctx;
    return file_sink_open(&f->sink, f->path, e);
}

static void file_put(void *ctx, struct text t)
{
    struct container_file *f = ctx;
    file_sink_put(f->sink, t);
}

static bool file_finish(void *ctx, struct err *e)
{
    struct container_file *f = ctx;
    return file_sink_close(f->sink, e);
}

static void file_abandon(void *ctx)
{
    struct container_file *f = ctx;
    file_sink_abandon(f->sink);
}

bool container_create(struct container_writer **out, const char *path, struct text keyring,
                      const struct backup_recipient *to, size_t n_to, struct err *e)
{
    struct container_file *f = mem_new(1, sizeof *f);
    const struct backup_sink sink = {file_begin, file_put, file_finish, file_abandon, f};
    f->path = path;
    if (container_begin(out, &sink, keyring, to, n_to, e)) {
        (*out)->file = f;
        return true;
    }
    mem_free(f);
    return false;
}

/* ---- what goes in, and the end ---- */

static void release(struct container_writer *w)
{
    mem_free(w->file);
    mem_free_wiped(w, sizeof *w);
}

void container_head(const struct container_writer *w, uint8_t out[32])
{
    memcpy(out, w->head, sizeof w->head);
}

void container_put(struct container_writer *w, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n > 0) {
        if (w->n == CONTAINER_CHUNK)
            put_chunk(w, false); /* only now it is known not to be the last */
        size_t part = CONTAINER_CHUNK - w->n < n ? CONTAINER_CHUNK - w->n : n;
        memcpy(w->plain + w->n, from, part);
        w->n += part;
        from += part;
        n -= part;
    }
}

void container_digest(struct container_writer *w, uint8_t out[32])
{
    w->digest = out;
}

bool container_finish(struct container_writer *w, uint64_t *bytes, struct err *e)
{
    put_chunk(w, true);
    if (w->digest != NULL) crypto_hasher_finish(&w->whole, w->digest);
    *bytes = w->bytes;
    bool ok = w->sink.finish(w->sink.ctx, e);
    release(w);
    return ok;
}

void container_abandon(struct container_writer *w)
{
    if (w == NULL) return;
    w->sink.abandon(w->sink.ctx);
    release(w);
}

/* ---- reading ---- */

struct container_reader {
    int fd;
    uint64_t bytes; /* read so far; all of them at the end */
    uint32_t n_keyring;
    size_t n_to;
    uint8_t fixed[FIXED_HEAD], keyring[KEYRING_FILE_MAX], to[KEYRING_SLOTS_MAX * RECIPIENT],
        stream_head[CRYPTO_STREAM_HEADER];
    struct crypto_stream stream;
    bool ended;
    uint8_t plain[CONTAINER_CHUNK],
        sealed[SEALED_CHUNK + 1]; /* one more shows whether the file goes on */
    size_t n_sealed;              /* read ahead */
};

static bool unreadable(struct err *e, int number)
{
    err_set_errno(e, ERR_INPUT, number, "backup.unreadable", "could not read the backup");
    return err_remedy(e, "check the path and the medium");
}

static bool damaged(struct err *e, uint64_t at)
{
    err_set(e, ERR_STORE, "backup.damaged",
            "the backup is damaged, cut short or was changed, at byte %llu",
            (unsigned long long)at);
    return err_remedy(e, "use another backup; do not restore this one");
}

/* Up to n bytes; fewer only at the end of the file. */
static bool read_up_to(size_t *got, struct container_reader *r, void *p, size_t n, struct err *e)
{
    *got = 0;
    while (*got < n) {
        ssize_t m = read(r->fd, (uint8_t *)p + *got, n - *got);
        if (m < 0 && errno == EINTR) continue;
        if (m < 0) return unreadable(e, errno);
        if (m == 0) break;
        *got += (size_t)m;
    }
    r->bytes += *got;
    return true;
}

static bool not_one(struct err *e)
{
    err_set(e, ERR_STORE, "backup.not_one",
            "could not open the backup: the file is none, or is damaged at its beginning");
    return err_remedy(e, "name a file that `dcim backup` has made, or use another backup");
}

static bool read_exactly(struct container_reader *r, void *p, size_t n, struct err *e)
{
    size_t got;
    if (!read_up_to(&got, r, p, n, e)) return false;
    return got == n ? true : not_one(e);
}

static bool read_head(struct container_reader *r, struct err *e)
{
    if (!read_exactly(r, r->fixed, sizeof r->fixed, e)) return false;
    if (memcmp(r->fixed, magic, sizeof magic) != 0 || r->fixed[8] != FORMAT_VERSION ||
        r->fixed[9] < 1 || r->fixed[9] > KEYRING_SLOTS_MAX || r->fixed[10] != 0 ||
        r->fixed[11] != 0)
        return not_one(e);
    r->n_to = r->fixed[9];
    for (int i = 3; i >= 0; i--) r->n_keyring = r->n_keyring << 8 | r->fixed[12 + i];
    if (r->n_keyring > sizeof r->keyring) return not_one(e);
    return read_exactly(r, r->keyring, r->n_keyring, e) &&
           read_exactly(r, r->to, r->n_to * RECIPIENT, e) &&
           read_exactly(r, r->stream_head, sizeof r->stream_head, e);
}

bool container_open(struct container_reader **out, const char *path, struct err *e)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return unreadable(e, errno);
    struct container_reader *r = mem_new(1, sizeof *r);
    r->fd = fd;
    if (!read_head(r, e)) {
        container_close(r);
        return false;
    }
    *out = r;
    return true;
}

void container_close(struct container_reader *r)
{
    if (r == NULL) return;
    (void)close(r->fd);
    mem_free_wiped(r, sizeof *r);
}

struct text container_keyring(const struct container_reader *r)
{
    return (struct text){(const char *)r->keyring, r->n_keyring};
}

uint64_t container_bytes(const struct container_reader *r)
{
    return r->bytes;
}

static bool is_slot(const uint8_t at[4], uint32_t slot)
{
    return ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
            (uint32_t)at[3] << 24) == slot;
}

bool container_unlock(struct container_reader *r, const struct backup_recipient *whose,
                      const struct secret *private_key, struct err *e)
{
    struct secret *key = secret_new(CRYPTO_KEY);
    bool ok = false;
    for (size_t i = 0; i < r->n_to && !ok; i++) {
        const uint8_t *at = r->to + i * RECIPIENT;
        ok = is_slot(at, whose->slot) && crypto_box_open(secret_bytes_mut(key), at + 4, SEALED_KEY,
                                                         whose->public_key, private_key);
    }
    ok = ok && crypto_stream_pull_init(&r->stream, r->stream_head, key);
    secret_free(key);
    if (!ok) return damaged(e, FIXED_HEAD + (uint64_t)r->n_keyring);
    return read_up_to(&r->n_sealed, r, r->sealed, SEALED_CHUNK + 1, e);
}

void container_read_head(const struct container_reader *r, uint8_t out[32])
{
    struct crypto_hasher h;
    crypto_hasher_init(&h, NULL);
    crypto_hasher_add(&h, r->fixed, sizeof r->fixed);
    crypto_hasher_add(&h, r->keyring, r->n_keyring);
    crypto_hasher_add(&h, r->to, r->n_to * RECIPIENT);
    crypto_hasher_add(&h, r->stream_head, sizeof r->stream_head);
    crypto_hasher_finish(&h, out);
}

bool container_read(struct container_reader *r, struct text *chunk, bool *last, struct err *e)
{
    uint64_t at = r->bytes - r->n_sealed;
    bool more = r->n_sealed > SEALED_CHUNK;
    size_t n = more ? SEALED_CHUNK : r->n_sealed, got;

    *chunk = (struct text){"", 0};
    if (r->ended || !crypto_stream_pull(&r->stream, r->plain, r->sealed, n, last) ||
        *last == more) {
        r->ended = true;
        return damaged(e, at);
    }
    *chunk = (struct text){(const char *)r->plain, n - CRYPTO_STREAM_EXTRA};
    r->ended = *last;
    if (!more) return true;
    r->sealed[0] = r->sealed[SEALED_CHUNK];
    if (!read_up_to(&got, r, r->sealed + 1, SEALED_CHUNK, e)) return false;
    r->n_sealed = got + 1;
    return true;
}
