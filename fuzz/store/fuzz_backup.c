/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as the parts of a backup (S100). Encryption keeps made-up bytes from what lies behind
 * it, so the first byte chooses the part: 0, the head of a container, in a file; 1, an archive, fed
 * in pieces whose sizes the second byte decides; 2, a manifest; 3, the text of a checkpoint, signed
 * by nobody; 4, an audit entry. Held: names are good and sizes add up; what is read is written
 * again and read the same. */
#include "store/archive.h"
#include "store/audit_internal.h"
#include "store/backup_container.h"
#include "store/backup_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void try_head(const uint8_t *data, size_t size)
{
    static struct secret *private_key;
    static struct backup_recipient whose;
    struct container_reader *r = NULL;
    char path[40];
    struct err e;

    if (private_key == NULL) crypto_box_new(whose.public_key, &private_key);
    int fd = memfd_create("backup", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (container_open(&r, path, &e)) {
        uint8_t head[32];
        hold(container_keyring(r).n <= size);
        hold(!container_unlock(r, &whose, private_key, &e)); /* sealed to nobody */
        container_read_head(r, head);
        hold(container_bytes(r) <= size);
    }
    container_close(r);
    (void)close(fd);
}

struct tally {
    uint64_t size, got;
    size_t n_begin, n_end;
};

static bool on_begin(void *ctx, struct text name, uint64_t size, struct err *e)
{
    struct tally *t = ctx;
    (void)e;
    hold(archive_name_is_good(name));
    hold(t->n_begin++ == t->n_end);
    t->size = size;
    t->got = 0;
    return true;
}

static bool on_data(void *ctx, const void *p, size_t n, struct err *e)
{
    struct tally *t = ctx;
    (void)p;
    (void)e;
    hold(n > 0 && n <= t->size - t->got);
    t->got += n;
    return true;
}

static bool on_end(void *ctx, struct err *e)
{
    struct tally *t = ctx;
    (void)e;
    hold(t->got == t->size);
    t->n_end++;
    return true;
}

static void try_archive(const uint8_t *data, size_t size)
{
    static const struct archive_events events = {on_begin, on_data, on_end};
    struct archive_reader r;
    struct tally t = {0, 0, 0, 0};
    struct err e;

    if (size == 0) return;
    size_t step = *data++ + 1u;
    size--;
    archive_reader_init(&r, &events, &t);
    for (size_t at = 0; at < size; at += step)
        if (!archive_feed(&r, data + at, size - at < step ? size - at : step, &e)) return;
    hold(t.n_end <= ARCHIVE_MEMBERS);
    if (archive_finished(&r, &e)) hold(t.n_begin == t.n_end);
}

static void try_manifest(const uint8_t *data, size_t size)
{
    struct manifest m, again;
    struct buf b;
    struct err e;

    if (manifest_read(&m, (struct text){(const char *)data, size}, &e)) {
        buf_init(&b, MANIFEST_MAX);
        manifest_write(&b, &m);
        hold(buf_ok(&b, NULL));
        hold(manifest_read(&again, buf_text(&b), &e));
        hold(again.n_file == m.n_file && again.n_record == m.n_record &&
             strcmp(again.checkpoint, m.checkpoint) == 0);
        for (size_t i = 0; i < m.n_file; i++)
            hold(memcmp(&m.file[i], &again.file[i], sizeof m.file[i]) == 0);
        manifest_release(&again);
        buf_release(&b);
    }
    manifest_release(&m);
}

static void try_checkpoint(const uint8_t *data, size_t size)
{
    static struct secret *sign;
    static uint8_t public_key[CRYPTO_PUBLIC];
    struct checkpoint c;
    if (sign == NULL) crypto_sign_new(public_key, &sign);
    hold(checkpoint_read(&c, (struct text){(const char *)data, size}, "dcim/0123456789abcdef",
                         public_key) != CHECKPOINT_GOOD);
    hold(c.size == 0);
}

static void try_entry(const uint8_t *data, size_t size)
{
    struct audit_entry a = {.sequence = 0};
    if (!audit_entry_read(&a, (struct text){(const char *)data, size})) return;
    const struct text *const texts[] = {&a.action, &a.actor, &a.object_id, &a.purpose,
                                        &a.recipient};
    for (size_t i = 0; i < 5; i++) hold(texts[i]->n <= size && text_is_utf8(*texts[i], NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    crypto_start();
    if (size == 0) return 0;
    switch (data[0]) {
    case 0: try_head(data + 1, size - 1); break;
    case 1: try_archive(data + 1, size - 1); break;
    case 2: try_manifest(data + 1, size - 1); break;
    case 3: try_checkpoint(data + 1, size - 1); break;
    case 4: try_entry(data + 1, size - 1); break;
    default: break;
    }
    return 0;
}
