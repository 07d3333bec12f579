/* SPDX-License-Identifier: EUPL-1.2 */
/* Backups, and the key slots that open them. */
#include "service/service_internal.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/file.h"
#include "service/shared.h"
#include "store/backup.h"

#include <string.h>

static void report(struct call *c, const struct backup_report *r)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, r->made_at);
    json_set_text(c->out, "made_at", at);
    json_set_int(c->out, "bytes", (int64_t)r->bytes);
    json_set_int(c->out, "records", r->n_record);
    json_set_int(c->out, "audit_entries", r->n_audit);
    json_set_text(c->out, "checkpoint", r->checkpoint);
}

bool op_backup_make(struct call *c, struct err *e)
{
    struct backup_report r;
    const char *file = json_get_text(c->in, "file", "");
    c->event.object_type = "backup";
    if (!store_record_count(&c->event.count, c->s->store, FORM_NONE, e)) return false;
    if (!file_place(file, e) || !call_entry_first(c, e) || !backup_make(&r, c->s->store, file, e))
        return false;
    json_set_text(c->out, "file", file);
    report(c, &r);
    return true;
}

bool op_backup_verify(struct call *c, struct err *e)
{
    struct backup_report r;
    struct unlock unlock = service_unlock(c->s);
    if (!backup_verify(&r, json_get_text(c->in, "file", ""), &unlock, e)) return false;
    report(c, &r);
    return true;
}

/* The restored repository's own log says that it was restored. */
static bool audit_restore(struct call *c, const char *folder, const struct backup_report *r,
                          struct err *e)
{
    struct store *st = NULL;
    struct unlock unlock = service_unlock(c->s);
    struct audit_event event = c->event;
    event.action = AUDIT_RESTORE;
    event.object_type = "repository";
    event.count = r->n_record;
    if (!store_open(&st, folder, &unlock, false, e)) return false;
    bool ok = store_begin(st, true, e);
    if (ok) {
        ok = audit_append(st, &event, NULL, e) && store_commit(st, e);
        if (!ok) store_rollback(st);
    }
    store_close(st);
    return ok;
}

bool op_backup_restore(struct call *c, struct err *e)
{
    struct backup_report r;
    struct unlock unlock = service_unlock(c->s);
    const char *folder = json_get_text(c->in, "folder", ""),
               *path = json_get_text(c->in, "anchor", "");
    struct buf anchor;
    buf_init(&anchor, 64 * 1024);
    bool ok = file_place(folder, e) && (path[0] == '\0' || file_read(&anchor, path, anchor.max, e));
    ok = ok && backup_restore(&r, json_get_text(c->in, "file", ""), folder, &unlock,
                              buf_text(&anchor), json_get_bool(c->in, "force", false), e);
    buf_release(&anchor);
    if (!ok) return false;
    if (!audit_restore(c, folder, &r,
                       e)) { /* the folder was empty: what lies in it is the backup's */
        folder_remove(folder);
        return false;
    }
    json_set_text(c->out, "folder", folder);
    report(c, &r);
    return true;
}

/* ---------------------------------------------------------------- key slots */

bool op_key_list(struct call *c, struct err *e)
{
    (void)e;
    struct slot_info slot[64];
    size_t n = keyring_slots(store_keyring(c->s->store), slot, 64);
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        char at[INSTANT_TEXT_MAX];
        struct json *row = json_object();
        instant_format(at, slot[i].created_at);
        json_set_int(row, "slot", slot[i].number);
        json_set_text(row, "kind", slot_kind_name(slot[i].kind));
        json_set_text(row, "label", slot[i].label);
        json_set_text(row, "made_at", at);
        json_push(list, row);
    }
    json_set(c->out, "slots", list);
    return true;
}

bool op_key_add(struct call *c, struct err *e)
{
    const char *kind = json_get_text(c->in, "kind", "");
    const char *file = json_get_text(c->in, "new_key_file", "");
    struct unlock secret = {0};
    struct secret *code = NULL;
    enum slot_kind slot = SLOT_RECOVERY;
    if (strcmp(kind, "key-file") == 0) {
        slot = SLOT_KEY_FILE;
        secret.key_file = file;
        if (file[0] == '\0')
            return err_set(e, ERR_USAGE, "key.no_file",
                           "a key-file slot needs the name of its file");
        if (!file_exists(file) && !file_place(file, e)) return false;
    } else if (strcmp(kind, "passphrase") == 0) {
        slot = SLOT_PASSPHRASE;
        secret.passphrase = c->s->options.new_passphrase;
        if (secret.passphrase == NULL)
            return err_set(e, ERR_USAGE, "key.no_passphrase",
                           "a passphrase slot needs a passphrase");
    }
    struct text label = text_of(json_get_text(c->in, "label", ""));
    c->event.object_type = tr("key slot");
    c->event.object_id = kind;
    if (!call_entry_first(c, e)) return false;
    shared_write_begin(c->s->shared); /* the threads of a desk have one keyring */
    bool ok = keyring_add(store_keyring(c->s->store), slot, &secret, label, &code, e);
    shared_write_end(c->s->shared);
    if (!ok) return false;
    if (code != NULL) {
        struct text text = {(const char *)secret_bytes(code), secret_size(code)};
        json_set(c->out, "recovery_code", json_text(text));
        secret_free(code);
    }
    json_set_text(c->out, "kind", kind);
    return true;
}

bool op_key_remove(struct call *c, struct err *e)
{
    int64_t slot = json_get_int(c->in, "slot", 0);
    c->event.object_type = tr("key slot");
    c->event.object_id = arena_printf(c->arena, "%lld", (long long)slot);
    if (!call_entry_first(c, e)) return false;
    shared_write_begin(c->s->shared);
    bool ok = keyring_remove(store_keyring(c->s->store), (uint32_t)slot, e);
    shared_write_end(c->s->shared);
    if (!ok) return false;
    json_set_int(c->out, "slot", slot);
    return true;
}
