/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking after a register from its pages: backups beside it, how it is, what is installed, and the
 * end of setting it up. */
#include "service/govern.h"

#include "base/broker.h"
#include "base/date.h"
#include "base/file.h"
#include "service/backup_sender.h"
#include "service/daily_backup.h"
#include "service/shared.h"
#include "store/backup.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { MEGA = 1000000 };

void set_instant_member(struct json *row, const char *key, int64_t at)
{
    char text[INSTANT_TEXT_MAX];
    if (at == 0) return;
    instant_format(text, at);
    json_set_text(row, key, text);
}

const char *backup_folder(struct call *c)
{
    return arena_printf(c->arena, "%s-backups", c->s->options.repository);
}

const char *backup_path(struct call *c, const char *name)
{
    return arena_printf(c->arena, "%s/%s", backup_folder(c), name);
}

/* ---- the list ---- */

static bool is_backup(const char *name)
{
    struct text t = text_of(name);
    return t.n > strlen(BACKUP_SUFFIX) && text_ends(t, TEXT(BACKUP_SUFFIX)) &&
           strchr(name, '/') == NULL && name[0] != '.';
}

static const struct backup_made *known(const struct backup_made *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0) return &list[i];
    return NULL;
}

bool backup_state(struct backup_state *out, struct call *c, struct err *e)
{
    struct backup_made *list;
    size_t n;
    *out = (struct backup_state){.alarm = true};
    if (!store_backup_list(&list, &n, c->s->store, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        const struct backup_made *b = &list[i];
        if (!file_exists(backup_path(c, b->name))) continue;
        if (b->made_at > out->made_at) out->made_at = b->made_at;
        if (b->verified_at == 0) continue;
        if (b->made_at > out->verified_at) out->verified_at = b->made_at;
    }
    out->alarm = call_now(c) - out->verified_at > BACKUP_ALARM_SECONDS;
    return true;
}

static void describe(struct json *row, struct call *c, const char *name,
                     const struct backup_made *b)
{
    struct err ignored = {0};
    uint64_t bytes = 0;
    json_set_text(row, "name", name);
    if (!file_size(backup_path(c, name), &bytes, &ignored)) err_clear(&ignored);
    json_set_int(row, "bytes", (int64_t)bytes);
    json_set_text(row, "size",
                  bytes < MEGA
                      ? arena_printf(c->arena, "%lld kB", (long long)((bytes + 999) / 1000))
                      : arena_printf(c->arena, "%lld MB", (long long)(bytes / MEGA)));
    json_set_bool(row, "known", b != NULL);
    if (b == NULL) return;
    set_instant_member(row, "made_at", b->made_at);
    json_set_text(row, "made_by", b->made_by);
    json_set_int(row, "records", b->n_record);
    json_set_bool(row, "verified", b->verified_at != 0);
    set_instant_member(row, "verified_at", b->verified_at);
    json_set_text(row, "verified_by", b->verified_by);
    json_set_bool(row, "automatic", b->automatic);
    json_set_bool(row, "damaged", b->damaged);
    set_instant_member(row, "read_at", b->read_at);
}

static int64_t recovery_slots(struct call *c)
{
    struct backup_recipient recipient[64];
    return (int64_t)keyring_backup_recipients(store_keyring(c->s->store), recipient, 64);
}

bool op_backup_list(struct call *c, struct err *e)
{
    struct backup_made *ledger;
    struct backup_state state;
    struct file_names files = {0};
    size_t n;
    if (!store_backup_list(&ledger, &n, c->s->store, c->arena, e) || !backup_state(&state, c, e))
        return false;
    const char *folder = backup_folder(c);
    if (file_exists(folder) && !folder_list(&files, folder, e)) return false;
    struct json *list = json_array();
    for (size_t i = files.n; i-- > 0;) { /* names begin with the time: the newest first */
        if (!is_backup(files.name[i])) continue;
        struct json *row = json_object();
        describe(row, c, files.name[i], known(ledger, n, files.name[i]));
        json_push(list, row);
    }
    file_names_free(&files);
    json_set(c->out, "backups", list);
    json_set_text(c->out, "folder", folder);
    set_instant_member(c->out, "last_made_at", state.made_at);
    set_instant_member(c->out, "last_verified_at", state.verified_at);
    json_set_bool(c->out, "alarm", state.alarm);
    json_set_int(c->out, "recovery_slots", recovery_slots(c));
    return daily_backup_describe(c->out, c, e);
}

/* ---- making and verifying ---- */

/* One change of the ledger, whose act has its entry already. */
static bool keep_quietly(struct call *c, const struct backup_made *b, struct err *e)
{
    struct store *st = c->s->store;
    shared_write_begin(c->s->shared);
    bool ok = store_begin(st, true, e);
    if (ok && !(store_backup_note(st, b, e) && store_commit(st, e))) {
        store_rollback(st);
        ok = false;
    }
    shared_write_end(c->s->shared);
    return ok;
}

/* "2026-11-22T210734Z.dcim-backup": sorts by time, and every file system takes it. */
static const char *new_name(struct call *c)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, call_now(c));
    return arena_printf(c->arena, "%.13s%.2s%.3s" BACKUP_SUFFIX, at, at + 14, at + 17);
}

/* In a server the desk may not write where backups lie: it sends them to a process that may, and
 * holds nothing else (S90). Elsewhere there is one process, and it writes them itself. */
static bool make_there(struct backup_report *out, struct call *c, const char *name, struct err *e)
{
    struct backup_sender sender;
    if (!broker_there())
        return folder_make(backup_folder(c), e) && file_place(backup_path(c, name), e) &&
               call_entry_first(c, e) && backup_make(out, c->s->store, backup_path(c, name), e);
    const struct backup_sink sink = backup_sender_sink(&sender, name);
    return call_entry_first(c, e) &&
           backup_make_into(out, c->s->store, store_folder(c->s->store), &sink, e);
}

static bool verify_there(struct backup_report *out, struct call *c, const char *name,
                         const struct unlock *unlock, struct err *e)
{
    const char *path = backup_path(c, name);
    return broker_there() ? backup_verify_in(out, path, store_folder(c->s->store), unlock, e)
                          : backup_verify(out, path, unlock, e);
}

bool backup_remove(struct call *c, const char *name, struct err *e)
{
    if (broker_there()) return backup_sender_remove(name, e);
    if (unlink(backup_path(c, name)) == 0 || errno == ENOENT) return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "backup.remove",
                         "could not remove the old backup %s", name);
}

bool backup_make_one(struct backup_made *out, struct call *c, bool automatic, struct err *e)
{
    struct backup_report r;
    const char *name = new_name(c);
    c->event.object_type = "backup";
    c->event.object_id = name;
    if (!store_record_count(&c->event.count, c->s->store, FORM_NONE, e) ||
        !make_there(&r, c, name, e))
        return false;
    uint8_t *digest = arena_take(c->arena, sizeof r.digest, 1);
    memcpy(digest, r.digest, sizeof r.digest);
    *out = (struct backup_made){.name = name,
                                .made_at = r.made_at,
                                .made_by = c->who.actor,
                                .bytes = (int64_t)r.bytes,
                                .n_record = r.n_record,
                                .n_audit = r.n_audit,
                                .automatic = automatic,
                                .digest = digest};
    return keep_quietly(c, out, e);
}

bool op_backup_make_here(struct call *c, struct err *e)
{
    struct backup_made b;
    if (!backup_make_one(&b, c, false, e)) return false;
    describe(c->out, c, b.name, &b);
    return true;
}

/* Opened fully with the recovery code, as in an emergency; that is written down with its entry. */
static bool verify_one(struct backup_made *b, struct call *c, const char *code, bool setting_up,
                       struct err *e)
{
    struct backup_report r;
    struct store *st = c->s->store;
    struct secret *typed = secret_copy(code, strlen(code));
    struct unlock unlock = {.recovery = typed};
    bool ok = verify_there(&r, c, b->name, &unlock, e);
    secret_free(typed);
    c->event.action = AUDIT_VERIFY;
    c->event.object_type = "backup";
    c->event.object_id = b->name;
    if (!ok) return false;
    *b = (struct backup_made){.name = b->name,
                              .made_at = r.made_at,
                              .made_by = c->who.actor,
                              .bytes = (int64_t)r.bytes,
                              .n_record = r.n_record,
                              .n_audit = r.n_audit,
                              .verified_at = call_now(c),
                              .verified_by = c->who.actor};
    c->event.count = r.n_record;
    if (!call_write_begin(c, e)) return false;
    ok = store_backup_verified(st, b, e);
    if (ok && setting_up)
        ok = store_setup_step_set(st, "recovery", call_now(c), c->who.actor, e) &&
             store_setup_step_set(st, "backup", call_now(c), c->who.actor, e);
    return call_write_end(c, ok, e);
}

bool op_backup_verify_here(struct call *c, struct err *e)
{
    struct backup_made b = {.name = json_get_text(c->in, "backup", "")};
    if (!is_backup(b.name) || !file_exists(backup_path(c, b.name))) {
        err_set(e, ERR_NOT_FOUND, "backup.unknown", "there is no such backup");
        return err_remedy(e, "see the list of backups");
    }
    if (!verify_one(&b, c, json_get_text(c->in, "recovery_code", ""), false, e)) return false;
    describe(c->out, c, b.name, &b);
    return true;
}

/* ---- the end of setting up (S99) ---- */

static bool progress(struct json *out, struct call *c, struct err *e)
{
    int64_t recovery, backup;
    struct store *st = c->s->store;
    if (!store_setup_step(&recovery, st, "recovery", e) ||
        !store_setup_step(&backup, st, "backup", e))
        return false;
    json_set_bool(out, "recovery", recovery != 0);
    json_set_bool(out, "backup", backup != 0);
    json_set_bool(out, "finished", (recovery != 0 && backup != 0) || c->s->options.demo);
    json_set_text(out, "folder", backup_folder(c));
    json_set_int(out, "recovery_slots", recovery_slots(c));
    return true;
}

bool op_setup_progress(struct call *c, struct err *e)
{
    return progress(c->out, c, e);
}

/* The first backup, opened with the code that was written down: both are then known to be good. */
bool op_setup_confirm(struct call *c, struct err *e)
{
    struct backup_made b;
    if (!backup_make_one(&b, c, false, e)) return false;
    if (verify_one(&b, c, json_get_text(c->in, "recovery_code", ""), true, e))
        return progress(c->out, c, e);
    struct err ignored = {0}; /* each try with a wrong code would leave one */
    if (!backup_remove(c, b.name, &ignored)) err_clear(&ignored);
    return false;
}

/* ---- how it is ---- */

static void describe_disk(struct json *out, struct call *c)
{
    enum { LOW_PERCENT = 10 };
    struct statvfs v;
    if (statvfs(c->s->options.repository, &v) != 0 || v.f_blocks == 0) return;
    uint64_t unit = v.f_frsize, free_bytes = v.f_bavail * unit, all = v.f_blocks * unit;
    int64_t percent = (int64_t)(v.f_bavail * 100 / v.f_blocks);
    json_set_int(out, "disk_percent", percent);
    json_set_text(out, "disk_free",
                  arena_printf(c->arena, "%llu MB", (unsigned long long)(free_bytes / MEGA)));
    json_set_text(out, "disk_all",
                  arena_printf(c->arena, "%llu MB", (unsigned long long)(all / MEGA)));
    json_set_bool(out, "disk_low", percent < LOW_PERCENT);
}

bool op_health_show(struct call *c, struct err *e)
{
    struct backup_state state;
    int64_t sessions, records;
    uint64_t entries;
    struct store *st = c->s->store;
    if (!backup_state(&state, c, e) || !store_session_count(&sessions, st, e) ||
        !store_record_count(&records, st, FORM_NONE, e) || !audit_last(&entries, st, e))
        return false;
    describe_disk(c->out, c);
    json_set_int(c->out, "sessions", sessions);
    json_set_int(c->out, "records", records);
    json_set_int(c->out, "audit_entries", (int64_t)entries);
    set_instant_member(c->out, "backup_made_at", state.made_at);
    set_instant_member(c->out, "backup_verified_at", state.verified_at);
    json_set_bool(c->out, "backup_alarm", state.alarm);
    /* what the server is and does is for who runs it */
    bool runs = role_may(c->who.role, CAP_BACKUP);
    if (!daily_backup_describe(c->out, c, e)) return false;
    json_set_bool(c->out, "server", runs);
    if (runs) json_set_text(c->out, "version", DCIM_VERSION);
    return true;
}

/* ---- what is installed ---- */

static struct json *languages_of(const struct dictionary *d)
{
    struct json *list = json_array();
    for (size_t i = 0; i < d->n_language; i++) json_push(list, json_text(text_of(d->language[i])));
    return list;
}

bool op_pack_installed(struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    char hash[2 * sizeof d->hash + 1];
    struct json *forms = json_array();
    (void)e;
    for (size_t i = 0; i < d->n_form; i++) {
        struct json *row = json_object();
        int64_t n = 0;
        for (size_t k = 0; k < d->n_variable; k++) n += d->variable[k].form == d->form[i].id;
        json_set_text(row, "form", d->form[i].name);
        json_set_text(row, "title", words_in(&d->form[i].title, c->language, d->form[i].name));
        json_set_text(row, "version", d->form[i].version);
        json_set_int(row, "variables", n);
        json_push(forms, row);
    }
    crypto_hex(hash, d->hash, sizeof d->hash);
    json_set(c->out, "forms", forms);
    json_set_text(c->out, "pack", d->pack);
    json_set_text(c->out, "country", dictionary_pack_value(d, "name", ""));
    json_set_text(c->out, "hash", hash);
    json_set_int(c->out, "code_lists", (int64_t)d->n_list);
    json_set_int(c->out, "rules", (int64_t)d->n_rule);
    json_set(c->out, "languages", languages_of(d));
    return true;
}
