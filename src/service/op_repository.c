/* SPDX-License-Identifier: EUPL-1.2 */
/* The repository as a whole, and its organisations. */
#include "service/service_internal.h"
#include "store/link_run.h"
#include "store/person.h"

#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAKING ".making"

static bool load_for(struct dictionary **out, struct call *c, const char *folder, const char *pack,
                     struct err *e)
{
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = dictionary_load(out, folder, pack, &problems, e);
    if (!ok) service_keep_problems(c->s, &problems);
    problems_release(&problems);
    return ok;
}

/* Variables get their numbers and the log its first entry in one transaction. */
static bool first_transaction(struct call *c, struct store *st, const struct dictionary *d,
                              struct err *e)
{
    struct audit_event event = c->event;
    event.action = AUDIT_INIT;
    event.object_type = "repository";
    event.object_id = d->pack;
    if (!store_begin(st, true, e)) return false;
    if (store_use_dictionary(st, d, e) && audit_append(st, &event, NULL, e) && store_commit(st, e))
        return true;
    store_rollback(st);
    return false;
}

static bool add_recovery_slot(struct call *c, struct store *st, struct err *e)
{
    struct secret *code = NULL;
    if (!keyring_add(store_keyring(st), SLOT_RECOVERY, NULL, TEXT("made with the repository"),
                     &code, e))
        return false;
    struct text text = {(const char *)secret_bytes(code), secret_size(code)};
    json_set(c->out, "recovery_code", json_text(text));
    secret_free(code);
    return true;
}

/* Made whole in a folder of its own within, and moved up at the end, the database last: what is
 * killed on the way is no repository, and what fails leaves nothing. */
static bool make_within(struct call *c, const struct dictionary *d, const char *data,
                        const char *within, struct err *e)
{
    struct unlock unlock = service_unlock(c->s);
    struct store *st = NULL;
    if (!store_create(&st, within, &unlock, d->pack, d->hash, e)) return false;
    bool ok = first_transaction(c, st, d, e) && add_recovery_slot(c, st, e);
    store_close(st);
    return ok && dictionary_folder_copy(data, d->pack,
                                        arena_printf(c->arena, "%s/dictionary", within), e);
}

static bool make_repository(struct call *c, const struct dictionary *d, const char *data,
                            struct err *e)
{
    const char *folder = c->s->options.repository, *key_file = c->s->options.key_file;
    const char *within = arena_printf(c->arena, "%s/" MAKING, folder);
    bool folder_was_there = file_exists(folder),
         key_was_there = key_file == NULL || file_exists(key_file);
    if (!folder_make(folder, e)) return false;
    if (chmod(folder, 0700) != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "store.folder",
                             "could not close the folder to others");
    if (make_within(c, d, data, within, e) && folder_move_up(within, folder, "database", e))
        return true;
    folder_remove(within);
    if (!folder_was_there) (void)rmdir(folder);
    if (!key_was_there) (void)unlink(key_file);
    return false;
}

static bool nothing_there(struct call *c, const char *folder, struct err *e)
{
    if (folder_is_empty(folder)) return true;
    err_set(e, ERR_USAGE, "repository.not_empty", "folder %s is not empty", folder);
    if (file_exists(arena_printf(c->arena, "%s/" MAKING, folder)))
        return err_remedy(
            e, "it holds what an interrupted `dcim init` has left: remove it, and try again");
    return err_remedy(e, "name a folder that is empty or does not exist");
}

bool op_repository_init(struct call *c, struct err *e)
{
    struct service *s = c->s;
    const char *folder = s->options.repository, *pack = json_get_text(c->in, "pack", ""), *data;
    struct dictionary *d = NULL;
    if (folder == NULL)
        return err_set(e, ERR_USAGE, "repository.no_folder",
                       "no folder was named for the repository");
    if (s->options.key_file == NULL && s->options.passphrase == NULL)
        return err_set(e, ERR_USAGE, "repository.no_key",
                       "a repository needs a passphrase or a key file");
    const char *key_file = s->options.key_file;
    if (key_file != NULL && !file_exists(key_file) && !file_place(key_file, e)) return false;
    if (!nothing_there(c, folder, e) || !service_data_folder(&data, s, c->arena, e)) return false;
    if (!load_for(&d, c, data, pack, e)) return false;
    bool ok = make_repository(c, d, data, e);
    if (ok) {
        json_set_text(c->out, "repository", folder);
        json_set_text(c->out, "pack", pack);
        json_set_text(c->out, "country", dictionary_pack_value(d, "name", ""));
        json_set_int(c->out, "variables", (int64_t)d->n_variable);
        json_set_int(c->out, "code_lists", (int64_t)d->n_list);
        json_set_int(c->out, "rules", (int64_t)d->n_rule);
    }
    dictionary_free(d);
    return ok;
}

/* Exact numbers of persons are raw counts, for who may see those. */
static bool describe_form(struct json *row, struct call *c, const struct form *f, struct err *e)
{
    struct store *st = c->s->store;
    struct link_run run;
    struct person_counts counts;
    bool linked;
    int64_t n, persons;
    json_set_text(row, "form", f->name);
    json_set_text(row, "title", words_in(&f->title, c->language, f->name));
    json_set_text(row, "version", f->version);
    if (!call_sees_all(c) || json_get_bool(c->in, "brief", false)) return true;
    if (!store_record_count(&n, st, f->id, e)) return false;
    json_set_int(row, "records", n);
    if (!role_may(c->who.role, CAP_TABLE_RAW) || !call_reads_form(c, f)) return true;
    if (!link_run_newest(&run, &linked, st, f->id, c->arena, e) ||
        !(linked ? person_counts(&counts, st, f, e) : store_person_count(&persons, st, f->id, e)))
        return false;
    json_set_int(row, "persons", linked ? counts.n_person : persons);
    json_set_text(row, "persons_by", linked ? "linkage" : "exact match keys");
    return true;
}

bool op_repository_info(struct call *c, struct err *e)
{
    struct service *s = c->s;
    const struct dictionary *d = s->dictionary;
    struct store_info info;
    if (!store_info(&info, s->store, e)) return false;
    char at[INSTANT_TEXT_MAX];
    instant_format(at, info.created_at);
    if (c->who.local) json_set_text(c->out, "repository", s->options.repository);
    json_set_text(c->out, "pack", info.pack);
    json_set_text(c->out, "country", dictionary_pack_value(d, "name", ""));
    json_set_text(c->out, "made_at", at);
    struct json *forms = json_array();
    for (size_t i = 0; i < d->n_form; i++) {
        struct json *row = json_object();
        json_push(forms, row);
        if (!describe_form(row, c, &d->form[i], e)) {
            json_free(forms);
            return false;
        }
    }
    json_set(c->out, "forms", forms);
    return true;
}

/* A type is a code of CL_ORGTYPE, its keyword, or its label. */
static code_id find_type(const struct codelist *l, const char *given)
{
    code_id c = codelist_find(l, text_of(given));
    size_t keyword = codelist_column(l, "keyword");
    for (code_id i = 0; c == CODE_NONE && i < l->n_code; i++) {
        if (keyword != SIZE_MAX &&
            text_equal_nocase(text_of(l->code[i].extra[keyword]), text_of(given)))
            c = i;
        for (size_t k = 0; k < LANGUAGES_MAX; k++)
            if (text_equal_nocase(text_of(l->code[i].label.in[k]), text_of(given)) &&
                given[0] != '\0')
                c = i;
    }
    return c;
}

static void list_types(struct err *e, const struct codelist *l)
{
    struct buf words;
    buf_init(&words, ERR_MSG_MAX - 40);
    size_t keyword = codelist_column(l, "keyword");
    for (code_id i = 0; keyword != SIZE_MAX && i < l->n_code; i++)
        if (l->code[i].extra[keyword][0] != '\0')
            buf_printf(&words, "%s%s", i == 0 ? "" : ", ", l->code[i].extra[keyword]);
    err_remedy(e, "choose one of: %s", words.p == NULL ? "" : words.p);
    buf_release(&words);
}

static bool code_fits(const char *code)
{
    for (const char *p = code; *p != '\0'; p++) {
        bool letter =
            (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
        bool mark = *p == '-' || *p == '_' || *p == '.';
        if (!letter && (!mark || p == code))
            return false; /* at the beginning it would read as an option */
    }
    return true;
}

bool op_organisation_add(struct call *c, struct err *e)
{
    struct service *s = c->s;
    const char *code = json_get_text(c->in, "code", ""), *type = json_get_text(c->in, "type", "");
    const char *name = json_get_text(c->in, "name", "");
    const struct codelist *types = dictionary_list(s->dictionary, TEXT("CL_ORGTYPE"));
    if (!code_fits(code))
        return err_set(
            e, ERR_USAGE, "organisation.code",
            "an organisation's code begins with a letter or digit and has letters, digits, - _ and . only");
    if (!text_is_utf8(text_of(name), NULL))
        return err_set(e, ERR_USAGE, "organisation.name",
                       "the organisation's name is not valid UTF-8");
    code_id t = types == NULL ? CODE_NONE : find_type(types, type);
    if (t == CODE_NONE) {
        err_set(e, ERR_USAGE, "organisation.type", "there is no organisation type %s", type);
        if (types != NULL) list_types(e, types);
        return false;
    }
    int64_t no;
    const char *type_code = types->code[t].name;
    if (!store_organisation_add(&no, s->store, text_of(code), text_of(type_code), text_of(name), e))
        return false;
    if (s->shared ==
        NULL) /* else every thread finds an older edition in its hands, and reads anew */
        dictionary_add_organisation(s->dictionary, text_of(code), text_of(name),
                                    text_of(type_code));
    c->event.object_type = "organisation";
    c->event.object_id = code;
    c->event.count = 1;
    json_set_text(c->out, "code", code);
    json_set_text(c->out, "type", type_code);
    json_set_text(c->out, "type_label", words_in(&types->code[t].label, c->language, type_code));
    json_set_text(c->out, "name", name);
    return true;
}

static const char *size_text(struct call *c, int64_t bytes)
{
    enum { KILO = 1000 };
    if (bytes < (int64_t)KILO * KILO)
        return arena_printf(c->arena, "%lld kB", (long long)((bytes + KILO - 1) / KILO));
    return arena_printf(c->arena, "%lld MB", (long long)(bytes / KILO / KILO));
}

static void add_quota(struct json *row, struct call *c, const struct organisation *o)
{
    json_set_text(row, "size", size_text(c, o->n_byte));
    if (o->quota_bytes > 0) json_set_text(row, "quota_size", size_text(c, o->quota_bytes));
    json_set_int(row, "records", o->n_record);
    json_set_int(row, "bytes", o->n_byte);
    if (o->quota_records > 0) json_set_int(row, "quota_records", o->quota_records);
    if (o->quota_bytes > 0) json_set_int(row, "quota_bytes", o->quota_bytes);
}

bool op_organisation_list(struct call *c, struct err *e)
{
    struct service *s = c->s;
    struct organisation *organisation;
    size_t n;
    const struct codelist *types = dictionary_list(s->dictionary, TEXT("CL_ORGTYPE"));
    if (!store_organisation_list(&organisation, &n, s->store, c->arena, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        code_id t = types == NULL ? CODE_NONE : codelist_find(types, text_of(organisation[i].type));
        struct json *row = json_object();
        json_set_text(row, "code", organisation[i].code);
        json_set_text(row, "name", organisation[i].name);
        json_set_text(row, "type", organisation[i].type);
        if (t != CODE_NONE)
            json_set_text(row, "type_label",
                          words_in(&types->code[t].label, c->language, organisation[i].type));
        if (call_sees_organisation(c, organisation[i].organisation_no))
            add_quota(row, c, &organisation[i]);
        json_push(list, row);
    }
    json_set(c->out, "organisations", list);
    return true;
}

/* A limit that is not named stays as it is. */
bool op_organisation_quota(struct call *c, struct err *e)
{
    struct organisation o;
    struct text code = text_of(json_get_text(c->in, "code", ""));
    if (!json_has(c->in, "records") && !json_has(c->in, "bytes")) {
        err_set(e, ERR_USAGE, "organisation.no_quota", "neither records nor bytes were named");
        return err_remedy(e, "name one of them or both; 0 takes a limit away");
    }
    if (!store_organisation_find(&o, c->s->store, code, c->arena, e)) return false;
    o.quota_records = json_get_int(c->in, "records", o.quota_records);
    o.quota_bytes = json_get_int(c->in, "bytes", o.quota_bytes);
    if (!store_organisation_quota(c->s->store, code, o.quota_records, o.quota_bytes, e))
        return false;
    c->event.object_type = "organisation";
    c->event.object_id = o.code;
    c->event.count = 1;
    json_set_text(c->out, "code", o.code);
    add_quota(c->out, c, &o);
    return true;
}

bool op_organisation_show(struct call *c, struct err *e)
{
    struct organisation o;
    const struct codelist *types = dictionary_list(c->s->dictionary, TEXT("CL_ORGTYPE"));
    struct text code = text_of(json_get_text(c->in, "code", ""));
    if (!store_organisation_find(&o, c->s->store, code, c->arena, e)) return false;
    code_id t = types == NULL ? CODE_NONE : codelist_find(types, text_of(o.type));
    json_set_text(c->out, "code", o.code);
    json_set_text(c->out, "name", o.name);
    json_set_text(c->out, "type", o.type);
    if (t != CODE_NONE)
        json_set_text(c->out, "type_label", words_in(&types->code[t].label, c->language, o.type));
    add_quota(c->out, c, &o);
    return true;
}

bool op_organisation_types(struct call *c, struct err *e)
{
    const struct codelist *types = dictionary_list(c->s->dictionary, TEXT("CL_ORGTYPE"));
    struct json *list = json_array();
    (void)e;
    for (code_id i = 0; types != NULL && i < types->n_code; i++) {
        struct json *row = json_object();
        json_set_text(row, "type", types->code[i].name);
        json_set_text(row, "label",
                      words_in(&types->code[i].label, c->language, types->code[i].name));
        json_set_bool(row, "chosen", false);
        json_push(list, row);
    }
    json_set(c->out, "types", list);
    return true;
}
