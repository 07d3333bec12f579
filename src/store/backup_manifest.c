/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup_manifest.h"

#include "base/date.h"
#include "base/json.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { FORMAT_VERSION = 1 };
static const char format_name[] = "dcim backup";

void manifest_release(struct manifest *m)
{
    mem_free(m->file);
    *m = (struct manifest){.made_at = 0};
}

struct manifest_file *manifest_add(struct manifest *m, struct text name)
{
    assert(archive_name_is_good(name));
    MEM_GROW(m->file, m->cap, m->n_file + 1);
    struct manifest_file *f = &m->file[m->n_file++];
    *f = (struct manifest_file){.bytes = 0};
    memcpy(f->name, name.p, name.n);
    return f;
}

/* ---- writing ---- */

static void set_hex(struct json *object, const char *key, const uint8_t *p, size_t n)
{
    char text[2 * 32 + 1];
    assert(n <= 32);
    crypto_hex(text, p, n);
    json_set_text(object, key, text);
}

void manifest_write(struct buf *out, const struct manifest *m)
{
    struct json *j = json_object(), *files = json_array();
    char at[INSTANT_TEXT_MAX];

    instant_format(at, m->made_at);
    json_set_text(j, "format", format_name);
    json_set_int(j, "version", FORMAT_VERSION);
    json_set_text(j, "made_at", at);
    json_set_int(j, "made_at_seconds", m->made_at);
    set_hex(j, "repository", m->repository_id, sizeof m->repository_id);
    set_hex(j, "keyring", m->keyring_id, sizeof m->keyring_id);
    set_hex(j, "head", m->head, sizeof m->head);
    json_set_int(j, "records", m->n_record);
    json_set_int(j, "audit", m->n_audit);
    json_set_text(j, "checkpoint", m->checkpoint);
    for (size_t i = 0; i < m->n_file; i++) {
        struct json *f = json_object();
        json_set_text(f, "name", m->file[i].name);
        json_set_int(f, "bytes", (int64_t)m->file[i].bytes);
        set_hex(f, "blake2b", m->file[i].hash, sizeof m->file[i].hash);
        json_push(files, f);
    }
    json_set(j, "files", files);
    json_write(out, j, true);
    json_free(j);
}

static void signed_text(struct buf *b, struct text document)
{
    buf_init(b, MANIFEST_MAX + 100);
    buf_puts(b, "dcim backup manifest v1\n");
    buf_put_text(b, document);
}

void manifest_sign(uint8_t out[CRYPTO_SIGNATURE], struct text document, const struct secret *sign)
{
    struct buf b;
    signed_text(&b, document);
    assert(!b.too_long);
    crypto_sign(out, b.p, b.n, sign);
    buf_release(&b);
}

bool manifest_is_signed(struct text document, struct text signature,
                        const uint8_t public_key[CRYPTO_PUBLIC])
{
    struct buf b;
    if (signature.n != CRYPTO_SIGNATURE) return false;
    signed_text(&b, document);
    bool ok = !b.too_long && crypto_verify((const uint8_t *)signature.p, b.p, b.n, public_key);
    buf_release(&b);
    return ok;
}

/* ---- reading ---- */

static bool get_hex(uint8_t *out, size_t n, const struct json *j, const char *key)
{
    return crypto_unhex(out, n, text_of(json_get_text(j, key, "")));
}

static bool get_count(int64_t *out, const struct json *j, const char *key)
{
    *out = json_get_int(j, key, -1);
    return *out >= 0;
}

static bool read_file(struct manifest *m, const struct json *j)
{
    struct text name = text_of(json_get_text(j, "name", ""));
    int64_t bytes;

    if (!archive_name_is_good(name) || !get_count(&bytes, j, "bytes")) return false;
    struct manifest_file *f = manifest_add(m, name);
    f->bytes = (uint64_t)bytes;
    return get_hex(f->hash, sizeof f->hash, j, "blake2b");
}

static bool read_members(struct manifest *m, const struct json *j)
{
    const char *checkpoint = json_get_text(j, "checkpoint", "");
    const struct json *files = json_get(j, "files");

    if (json_kind(j) != JSON_OBJECT || strcmp(json_get_text(j, "format", ""), format_name) != 0 ||
        json_get_int(j, "version", 0) != FORMAT_VERSION || !json_has(j, "made_at_seconds") ||
        strlen(checkpoint) >= sizeof m->checkpoint || files == NULL ||
        json_kind(files) != JSON_ARRAY || json_size(files) > ARCHIVE_MEMBERS)
        return false;
    m->made_at = json_get_int(j, "made_at_seconds", 0);
    memcpy(m->checkpoint, checkpoint, strlen(checkpoint));
    if (!get_hex(m->repository_id, sizeof m->repository_id, j, "repository") ||
        !get_hex(m->keyring_id, sizeof m->keyring_id, j, "keyring") ||
        !get_hex(m->head, sizeof m->head, j, "head") || !get_count(&m->n_record, j, "records") ||
        !get_count(&m->n_audit, j, "audit"))
        return false;
    for (size_t i = 0; i < json_size(files); i++)
        if (!read_file(m, json_at(files, i))) return false;
    return true;
}

bool manifest_read(struct manifest *out, struct text document, struct err *e)
{
    struct json *j = NULL;

    *out = (struct manifest){.made_at = 0};
    bool ok = document.n <= MANIFEST_MAX && json_parse(&j, document, NULL) && read_members(out, j);
    json_free(j);
    if (ok) return true;
    err_set(e, ERR_STORE, "backup.manifest",
            "could not read the backup's manifest: it is not one of this version");
    return err_remedy(e, "use the version of dcim that made the backup, or another backup");
}
