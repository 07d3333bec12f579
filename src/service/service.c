/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk: opens the repository, and carries out calls: parameters, capability, purpose,
 * transaction, audit entry.
 *
 * An act and its entry are committed together; what is read is answered only after its entry is
 * committed (S20). A refusal for want of a capability or purpose is an entry too. Whatever goes
 * wrong on the way refuses the call (S9). */
#include "service/encodings.h"
#include "service/group_commit.h"
#include "service/link_new.h"
#include "service/once.h"
#include "service/operations.h"
#include "service/parameters.h"
#include "service/question.h"
#include "service/remote.h"
#include "service/result_spec.h"
#include "service/shared.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "model/expr.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct service *service_new(const struct service_options *options)
{
    struct service *s = mem_new(1, sizeof *s);
    s->options = *options;
    s->role = role_find(text_of(options->role == NULL ? "custodian" : options->role));
    return s;
}

struct service *service_connect(int socket)
{
    struct service *s = mem_new(1, sizeof *s);
    s->channel = mem_new(1, sizeof *s->channel);
    s->channel->fd = socket;
    return s;
}

void service_drop_snapshots(struct service *s)
{
    if (s->dictionary == NULL || s->snapshot == NULL) return;
    for (size_t f = 0; f < s->dictionary->n_form; f++) {
        snapshot_drop(s->snapshot[f]);
        s->snapshot[f] = NULL;
    }
}

static void close_repository(struct service *s)
{
    service_drop_snapshots(s);
    dashboards_forget(s);
    mem_free(s->snapshot);
    store_close(s->store);
    encodings_free(s->encodings);
    s->encodings = NULL;
    if (s->shared == NULL) dictionary_free(s->dictionary);
    else edition_release(s->shared, s->edition);
    s->edition = NULL;
    s->snapshot = NULL;
    s->store = NULL;
    s->dictionary = NULL;
}

void service_close(struct service *s)
{
    if (s == NULL) return;
    if (s->channel != NULL) (void)close(s->channel->fd);
    mem_free(s->channel);
    close_repository(s);
    json_free(s->problems);
    jobs_free(s->jobs);
    uploads_free(s->uploads);
    link_news_free(s->link_news);
    (void)catalogue_use(NULL); /* whoever called speaks English from here on */
    catalogue_free(s->words);
    mem_free(s);
}

struct uploads *service_uploads(struct service *s)
{
    if (s->shared != NULL) return shared_uploads(s->shared);
    if (s->uploads == NULL) s->uploads = uploads_new();
    return s->uploads;
}

struct jobs *service_jobs(struct service *s)
{
    if (s->shared != NULL) return shared_jobs(s->shared);
    if (s->jobs == NULL) s->jobs = jobs_new();
    return s->jobs;
}

const struct json *service_problems(const struct service *s)
{
    return s->problems;
}

/* ---------------------------------------------------------------- the repository */

static bool load_dictionary(struct service *s, const struct store_info *info, struct arena *a,
                            struct err *e)
{
    struct problems problems;
    problems_init(&problems, a);
    const char *folder = arena_printf(a, "%s/dictionary", s->options.repository);
    bool ok = dictionary_load(&s->dictionary, folder, info->pack, &problems, e);
    if (!ok) service_keep_problems(s, &problems);
    problems_release(&problems);
    if (ok &&
        memcmp(s->dictionary->hash, info->dictionary_hash, sizeof info->dictionary_hash) != 0) {
        err_set(e, ERR_STORE, "service.dictionary_changed",
                "the files in %s are not the ones installed in this repository", folder);
        err_remedy(
            e,
            "if the change is meant, install it with `dcim pack install`, which checks and records it; if "
            "not, restore the folder from a backup");
        return false;
    }
    return ok;
}

static bool add_organisations(struct service *s, struct arena *a, struct err *e)
{
    struct organisation *list;
    size_t n;
    if (!store_organisation_list(&list, &n, s->store, a, e)) return false;
    for (size_t i = 0; i < n; i++)
        dictionary_add_organisation(s->dictionary, text_of(list[i].code), text_of(list[i].name),
                                    text_of(list[i].type));
    return true;
}

/* The program's words in this language, read when they are first needed. Where there are none, or
 * where they cannot be read, it speaks English: no reason not to do what was asked. */
static void speak(struct service *s, const char *language, struct arena *a)
{
    const char *data;
    if (s->shared != NULL) {
        (void)catalogue_use(shared_words(s->shared, language));
        return;
    }
    struct arena_mark mark = arena_mark(a);
    if (s->words_language[0] != '\0' && strcmp(s->words_language, language) == 0) {
        (void)catalogue_use(s->words);
        return;
    }
    (void)catalogue_use(NULL);
    catalogue_free(s->words);
    s->words = NULL;
    snprintf(s->words_language, sizeof s->words_language, "%s", language);
    bool plain = strspn(language, "abcdefghijklmnopqrstuvwxyz") == strlen(language);
    if (plain && strcmp(language, "en") != 0 && service_data_folder(&data, s, a, NULL) &&
        !catalogue_load(&s->words, arena_printf(a, "%s/i18n/%s.po", data, language), language, NULL,
                        NULL, NULL))
        s->words = NULL;
    (void)catalogue_use(s->words);
    arena_rewind(a, mark);
}

void call_speak(struct call *c, const struct dictionary *d)
{
    const char *language = c->who.language;
    if (language == NULL) language = dictionary_pack_value(d, "default_language", "en");
    c->language = dictionary_language(d, text_of(language));
    speak(c->s, language, c->arena);
}

struct unlock service_unlock(const struct service *s)
{
    return (struct unlock){.key_file = s->options.key_file,
                           .passphrase = s->options.passphrase,
                           .recovery = s->options.recovery};
}

static bool use_dictionary(struct service *s, struct err *e)
{
    s->snapshot = mem_new(s->dictionary->n_form, sizeof(struct snapshot *));
    const struct secret *key = keyring_key(store_keyring(s->store), KEY_LINKAGE);
    if (key != NULL) {
        s->encodings = encodings_new(s->dictionary, key);
        store_set_encode(s->store, encodings_make, s->encodings);
    }
    return store_use_dictionary(s->store, s->dictionary, e);
}

static bool open_repository(struct service *s, struct arena *a, struct err *e)
{
    const struct service_options *o = &s->options;
    struct unlock unlock = service_unlock(s);
    struct store_info info;
    if (o->repository == NULL || !file_exists(arena_printf(a, "%s/database", o->repository))) {
        err_set(e, ERR_NOT_FOUND, "service.no_repository", "there is no repository at %s",
                o->repository == NULL ? tr("(none named)") : o->repository);
        return err_remedy(
            e,
            "name its folder with --repository or DCIM_REPOSITORY, or make one: dcim init --pack pt DIR");
    }
    if (!store_open(&s->store, o->repository, &unlock, false, e)) return false;
    return store_info(&info, s->store, e) && load_dictionary(s, &info, a, e) &&
           add_organisations(s, a, e) && use_dictionary(s, e);
}

/* The same as one thread of a desk: the repository is unlocked, and the dictionary may be there. */
static bool open_shared(struct service *s, struct arena *a, struct err *e)
{
    struct store_info info;
    if (!shared_store(&s->store, s->shared, e) || !store_info(&info, s->store, e)) return false;
    s->edition = shared_edition(s->shared, &info);
    if (s->edition == NULL) {
        /* it is no edition yet, so nobody else frees it */
        if (!load_dictionary(s, &info, a, e) || !add_organisations(s, a, e)) {
            dictionary_free(s->dictionary);
            s->dictionary = NULL;
            return false;
        }
        s->edition = edition_publish(s->shared, s->dictionary, &info);
    }
    s->dictionary = edition_dictionary(s->edition);
    return use_dictionary(s, e);
}

/* Whether another process has installed another dictionary since this one was loaded. */
static bool dictionary_is_old(bool *out, struct service *s, struct err *e)
{
    struct store_info info;
    if (!store_info(&info, s->store, e)) return false;
    *out = s->shared != NULL ? !edition_fits(s->edition, &info)
                             : memcmp(s->dictionary->hash, info.dictionary_hash,
                                      sizeof info.dictionary_hash) != 0;
    return true;
}

bool service_repository(struct service *s, struct err *e)
{
    bool old = s->reopen;
    if (s->store != NULL && !old && !dictionary_is_old(&old, s, e)) return false;
    if (old) close_repository(s);
    if (s->store != NULL) return true;
    struct arena *a = arena_new(ARENA_PLAIN);
    bool ok = s->shared != NULL ? open_shared(s, a, e) : open_repository(s, a, e);
    s->reopen = false;
    if (!ok) close_repository(s);
    arena_free(a);
    return ok;
}

bool service_snapshot(struct snapshot **out, struct service *s, const struct form *f, struct err *e)
{
    int64_t generation;
    if (!store_generation(&generation, s->store, e)) return false;
    if (s->shared != NULL) {
        if (s->snapshot[f->id] == NULL && !edition_snapshot(&s->snapshot[f->id], s->shared,
                                                            s->edition, s->store, f, generation, e))
            return false;
        *out = s->snapshot[f->id];
        return true;
    }
    if (generation != s->generation) service_drop_snapshots(s);
    s->generation = generation;
    if (s->snapshot[f->id] == NULL) {
        size_t n_part = parallel_threads();
        struct row_source *source = mem_new(n_part, sizeof *source);
        size_t n = 0;
        bool ok = true;
        for (; n < n_part && ok; n++) ok = store_row_source(&source[n], s->store, f, n, n_part, e);
        if (ok) {
            ok = snapshot_build(&s->snapshot[f->id], s->dictionary, f, source, n_part, e);
        } else {
            for (size_t i = 0; i + 1 < n; i++) source[i].close(&source[i]);
        }
        mem_free(source);
        if (!ok) return false;
    }
    *out = s->snapshot[f->id];
    return true;
}

/* ---------------------------------------------------------------- problems */

struct json *problems_to_json(const struct problems *p)
{
    struct json *list = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *at = &p->item[i];
        struct json *row = json_object();
        json_set_bool(row, "fatal", at->fatal);
        json_set_text(row, "id", at->id);
        json_set_text(row, "file", at->file);
        json_set_int(row, "row", at->row);
        json_set_text(row, "column", at->column);
        json_set_text(row, "message", at->message);
        json_set_text(row, "remedy", at->remedy);
        json_push(list, row);
    }
    return list;
}

void service_keep_problems(struct service *s, const struct problems *p)
{
    json_free(s->problems);
    s->problems = problems_to_json(p);
}

void call_progress(struct call *c, const char *what, uint64_t done, uint64_t total)
{
    if (c->progress != NULL && c->progress->step != NULL)
        c->progress->step(c->progress->ctx, tr(what), done, total);
}

/* ---------------------------------------------------------------- may I? */

/* Refuse; service_call() appends the entry once no transaction is open any more. */
static bool deny(struct call *c, struct err *e, const char *id, const char *what)
{
    c->denied = true;
    return err_set(e, ERR_DENIED, id, "%s: %s", c->operation->name, tr(what));
}

static bool append_alone(struct shared *sh, struct store *st, const struct audit_event *event,
                         struct err *e)
{
    store_give_up(st); /* it waits for others, and the journal is not to wait for it */
    if (sh != NULL) return group_commit_append(shared_group(sh), sh, st, event, e);
    if (!store_begin(st, true, e)) return false;
    if (audit_append(st, event, NULL, e) && store_commit(st, e)) return true;
    store_rollback(st);
    return false;
}

/* The entry of a refusal. Operations that open the repository themselves are refused before they
 * do, so it is opened for the entry. When that cannot be done or written, the call is refused all
 * the same. */
static void audit_denied(struct call *c)
{
    struct err e = {0};
    struct service *s = c->s;
    struct store *own = NULL;
    struct unlock unlock = service_unlock(s);
    struct audit_event event = c->event;
    event.action = AUDIT_DENY;
    event.object_type = "operation";
    event.object_id = c->operation->name;
    event.decision = "deny";
    if (s->store == NULL && s->options.repository != NULL &&
        !store_open(&own, s->options.repository, &unlock, false, &e))
        return;
    struct store *st = s->store != NULL ? s->store : own;
    if (st != NULL && !append_alone(s->shared, st, &event, &e)) err_clear(&e);
    store_close(own);
}

static bool may(struct call *c, enum capability needed, struct err *e)
{
    if (needed == CAP_NONE) return true;
    if (role_may(c->who.role, needed)) return true;
    deny(c, e, "call.not_allowed",
         arena_printf(c->arena, tr("role %s may not %s"), c->who.role->name,
                      tr(capability_text(needed))));
    return err_remedy(
        e, "act in a role that may, if you have one (--role), or ask who keeps the register");
}

/* A case is read with either set. */
static enum capability reading(const struct call *c, const struct form *f)
{
    if (f->data_set == DATA_SET_CASE && role_may(c->who.role, CAP_JUSTICE)) return CAP_JUSTICE;
    return f->data_set == DATA_SET_JUSTICE ? CAP_JUSTICE : CAP_VICTIM;
}

bool call_may_read_form(struct call *c, const struct form *f, struct err *e)
{
    return may(c, reading(c, f), e);
}

bool call_reads_form(const struct call *c, const struct form *f)
{
    return role_may(c->who.role, reading(c, f));
}

int64_t call_scope(const struct call *c)
{
    int64_t own = c->who.organisation_no == 0 ? -1 : c->who.organisation_no,
            only = c->who.only_organisation_no;
    if (c->who.local) return 0;
    if (c->who.duress) return -1;
    if (!c->who.role->own_only) return only;
    return only == 0 || only == own ? own : -1;
}

bool call_sees_organisation(const struct call *c, int64_t organisation_no)
{
    int64_t scope = call_scope(c);
    return scope == 0 || scope == organisation_no;
}

bool call_missing_record(const char *code, struct err *e)
{
    return record_unknown(e, text_of(code));
}

bool call_reads_variable(const struct call *c, const struct variable *v)
{
    const struct form *f = &c->s->dictionary->form[v->form];
    if (!call_reads_form(c, f)) return false;
    return f->data_set != DATA_SET_CASE || (v->privacy & PRIVACY_C) == 0 ||
           role_may(c->who.role, CAP_JUSTICE);
}

void call_hide(const struct call *c, struct record *r)
{
    for (size_t g = 0; g < r->form->n_group; g++) {
        const struct group *group = &r->form->group[g];
        for (size_t k = 0; k < group->n_variable; k++) {
            if (call_reads_variable(c, &c->s->dictionary->variable[group->variable[k]])) continue;
            for (uint32_t row = 0; row < r->table[g].n_row; row++)
                *record_value(r, group->variable[k], row) = (struct value){.kind = VALUE_EMPTY};
        }
    }
}

struct shown {
    struct call *c;
    var_id hidden; /* VAR_NONE: none */
};

static void note_hidden(void *ctx, var_id v)
{
    struct shown *s = ctx;
    if (!call_reads_variable(s->c, &s->c->s->dictionary->variable[v])) s->hidden = v;
}

bool call_may_read_expression(struct call *c, const struct expr *x, struct err *e)
{
    struct shown s = {c, VAR_NONE};
    expr_variables(x, note_hidden, &s);
    return s.hidden == VAR_NONE ||
           call_may_read_variable(c, &c->s->dictionary->variable[s.hidden], e);
}

bool call_may_join(struct call *c, struct err *e)
{
    const char *purpose = json_get_text(c->in, "purpose", "");
    if (!may(c, CAP_VICTIM, e) || !may(c, CAP_JUSTICE, e)) return false;
    if (text_trim(text_of(purpose)).n > 0) return true;
    deny(c, e, "call.no_purpose",
         "victim and justice data sets are held against each other only for a stated purpose");
    return err_remedy(e, "state it with --purpose \"...\"");
}

bool call_may_read_variable(struct call *c, const struct variable *v, struct err *e)
{
    if (!call_may_read_form(c, &c->s->dictionary->form[v->form], e)) return false;
    return call_reads_variable(c, v) || may(c, CAP_JUSTICE, e);
}

bool call_form(const struct form **out, struct call *c, const char *parameter, struct err *e)
{
    const char *name = json_get_text(c->in, parameter, "");
    const struct form *f = dictionary_form(c->s->dictionary, text_of(name));
    if (f == NULL) {
        err_set(e, ERR_USAGE, "call.no_form", "there is no form called %s", name);
        struct buf names;
        buf_init(&names, 300);
        for (size_t i = 0; i < c->s->dictionary->n_form; i++)
            buf_printf(&names, "%s%s", i == 0 ? "" : ", ", c->s->dictionary->form[i].name);
        err_remedy(e, "the forms are %s", names.p == NULL ? "none" : names.p);
        buf_release(&names);
        return false;
    }
    *out = f;
    return call_may_read_form(c, f, e);
}

bool call_variable(const struct variable **out, struct call *c, const struct form *f,
                   struct text name, struct err *e)
{
    *out = dictionary_variable(c->s->dictionary, f->id, name);
    if (*out != NULL) return call_may_read_variable(c, *out, e);
    err_set(e, ERR_USAGE, "call.no_variable", "form %s has no variable %.*s", f->name, (int)name.n,
            name.p);
    const char *near = dictionary_guess_variable(c->s->dictionary, f->id, name);
    if (near != NULL) return err_remedy(e, "did you mean %s?", near);
    return err_remedy(e, "`dcim variables --form %s` lists them", f->name);
}

static bool known_role(const struct service *s, struct err *e)
{
    if (s->role != NULL) return true;
    struct buf names;
    buf_init(&names, ERR_MSG_MAX - 40);
    for (size_t i = 0; i < n_role; i++)
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", roles[i].name);
    err_set(e, ERR_USAGE, "call.no_role", "there is no role %s", s->options.role);
    err_remedy(e, "the roles are %s", names.p);
    buf_release(&names);
    return false;
}

/* What the session says of itself goes into the log as it is. */
static bool check_word(const char *what, const char *value, struct err *e)
{
    enum { WORD_LONGEST = 500 };
    if (!parameter_is_line(value))
        return err_set(e, ERR_USAGE, "call.session", "the %s is not plain text in UTF-8", what);
    if (text_of(value).n <= WORD_LONGEST) return true;
    return err_set(e, ERR_USAGE, "call.session", "the %s is longer than %d bytes", what,
                   WORD_LONGEST);
}

static bool check_session(const struct service *s, struct err *e)
{
    const struct service_options *o = &s->options;
    return check_word("actor", o->actor, e) && check_word("purpose", o->purpose, e) &&
           check_word("language", o->language, e) && check_word("role", o->role, e) &&
           known_role(s, e);
}

/* ---------------------------------------------------------------- calls */

static enum audit_action action_of(const char *name)
{
    for (int a = 0; a < AUDIT_ACTION_COUNT; a++)
        if (strcmp(audit_action_name((enum audit_action)a), name) == 0) return (enum audit_action)a;
    return AUDIT_NONE;
}

static bool purpose_given(struct call *c, struct err *e)
{
    const char *given = json_get_text(c->in, "purpose", c->who.purpose);
    /* The daily work of an account has its purpose; what is opened beyond it wants one of its
     * own. */
    bool daily = !c->who.local && !c->who.token && !c->operation->purpose_required;
    if (given == NULL && daily) given = c->who.role->purpose;
    c->event.purpose = given;
    bool read = c->event.action == AUDIT_RECORD_READ || c->event.action == AUDIT_DISCLOSE ||
                c->event.action == AUDIT_LINK_READ;
    if (c->who.token && (given == NULL || strcmp(given, c->who.purpose) != 0)) {
        deny(c, e, "token.purpose", "the key of this program is for another purpose");
        return err_remedy(e, "leave the purpose out, or make a key for it");
    }
    if (!c->operation->purpose_required && !read) return true;
    if (given != NULL && text_trim(text_of(given)).n > 0) return true;
    deny(c, e, "call.no_purpose",
         "case data are consulted and handed out only for a stated purpose");
    return err_remedy(e, "state it with --purpose \"...\"");
}

/* The entry of an act that has no write transaction of its own: committed before the answer. */
static bool audit_alone(struct call *c, struct err *e)
{
    return append_alone(c->s->shared, c->s->store, &c->event, e);
}

bool call_entry_first(struct call *c, struct err *e)
{
    if (!audit_alone(c, e)) return false;
    c->entered = true;
    return true;
}

bool call_write_begin(struct call *c, struct err *e)
{
    shared_write_begin(c->s->shared);
    if (store_begin(c->s->store, true, e)) return true;
    shared_write_end(c->s->shared);
    return false;
}

bool call_write_end_quietly(struct call *c, bool ok, struct err *e)
{
    struct store *st = c->s->store;
    ok = ok && store_commit(st, e);
    if (!ok) store_rollback(st);
    shared_write_end(c->s->shared);
    return ok;
}

bool call_write_end(struct call *c, bool ok, struct err *e)
{
    struct store *st = c->s->store;
    ok = ok && audit_append(st, &c->event, NULL, e) && store_commit(st, e);
    if (!ok) store_rollback(st);
    shared_write_end(c->s->shared);
    c->entered = ok;
    return ok;
}

/* An act whose entry came first has failed. When this entry cannot be written, the first one still
 * stands. */
static void audit_failed(struct call *c)
{
    struct err e = {0};
    c->event.decision = "failed";
    if (!audit_alone(c, &e)) err_clear(&e);
}

/* A file that says what was not committed; not the one that stood there before. Devices and pipes
 * are left alone. */
static void remove_made(const struct call *c)
{
    struct stat st;
    if (c->made == NULL || lstat(c->made, &st) != 0 || !S_ISREG(st.st_mode)) return;
    if (st.st_ino != c->made_before) (void)unlink(c->made);
}

void call_makes(struct call *c, const char *path)
{
    struct stat st;
    c->made = path;
    c->made_before = lstat(path, &st) == 0 ? st.st_ino : 0;
}

/* The act is committed. What hinders this is told, and done by whoever closes the repository
 * last. */
static void purge(struct call *c)
{
    struct err e = {0};
    bool done = false;
    json_set_bool(c->out, "journal_emptied", store_purge(&done, c->s->store, &e) && done);
}

static bool write_all(struct call *c, handler_fn *handler, struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, true, e)) return false;
    if (!handler(c, e)) {
        store_rollback(st);
        remove_made(c);
        return false;
    }
    if (c->roll_back) {
        store_rollback(st);
        return true;
    }
    bool entered = c->event.action == AUDIT_NONE || audit_append(st, &c->event, NULL, e);
    if (entered && store_commit(st, e)) {
        if (c->purge) purge(c);
        return true;
    }
    store_rollback(st);
    remove_made(c);
    c->s->reopen = true;
    return false;
}

static bool do_write(struct call *c, handler_fn *handler, struct err *e)
{
    service_drop_snapshots(c->s);
    shared_write_begin(c->s->shared);
    bool ok = write_all(c, handler, e);
    shared_write_end(c->s->shared);
    return ok && (!c->roll_back || audit_alone(c, e));
}

static bool do_read(struct call *c, handler_fn *handler, struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok = handler(c, e);
    store_rollback(st);
    return ok && (c->event.action == AUDIT_NONE || audit_alone(c, e));
}

/* Who asks, before anything is done. Over the desk the repository is open for as long as it runs,
 * and who has no session may only ask for what leads to one. */
static bool settle_who(struct call *c, const struct caller *caller, struct err *e)
{
    const struct service_options *o = &c->s->options;
    if (caller == NULL) {
        c->who = (struct who){.actor = o->actor,
                              .role = c->s->role,
                              .language = o->language,
                              .purpose = o->purpose,
                              .local = true,
                              .fresh = true,
                              .state = SESSION_OPEN};
        return true;
    }
    struct question *q = c->s->question;
    struct arena *own = c->arena;
    c->who = (struct who){.role = &role_nobody, .source = caller->source};
    if (q != NULL) c->arena = q->arena;
    bool ok = session_who(&c->who, c, caller, e);
    c->arena = own;
    if (!ok) return false;
    if (caller->language != NULL) c->who.language = caller->language;
    if (c->who.language == NULL) c->who.language = caller->browser;
    if (caller->purpose != NULL && !c->who.token) c->who.purpose = caller->purpose;
    if (q != NULL) {
        q->who = c->who;
        q->settled = c->s->store != NULL && store_holds(c->s->store);
    }
    return session_reaches(c, e);
}

/* The repository as it is installed, and who asks. What only reads, reads one state from here
 * on. */
static bool settle(struct call *c, const struct caller *caller, struct err *e)
{
    struct service *s = c->s;
    bool opens = c->operation->repository_required || caller != NULL,
         reads = caller != NULL && c->operation->transaction == TX_READ && !s->reopen;
    if (reads && s->store != NULL && s->question != NULL && s->question->settled &&
        store_holds(s->store)) {
        c->who = s->question->who;
        return session_reaches(c, e);
    }
    if (s->store != NULL && reads && !store_hold(s->store, e)) return false;
    if (opens && !service_repository(s, e)) return false;
    /* it may have been opened anew */
    if (reads && s->store != NULL && !store_hold(s->store, e)) return false;
    return settle_who(c, caller, e);
}

void question_begin(struct question *q, struct service *s)
{
    *q = (struct question){.arena = arena_new(ARENA_WIPE)};
    s->question = q;
}

void question_end(struct question *q, struct service *s)
{
    if (s->store != NULL) store_give_up(s->store);
    s->question = NULL;
    arena_free(q->arena);
}

static void begin_event(struct call *c)
{
    c->event.action = action_of(c->operation->audit);
    c->event.actor = c->who.actor;
    c->event.role = c->who.role->name;
    c->event.organisation = c->who.organisation;
    c->event.decision = "allow";
    c->event.source = c->who.source;
    if (c->who.account_no != 0) c->event.session = c->who.session;
}

static bool do_operation(struct call *c, handler_fn *handler, struct err *e)
{
    switch (c->operation->transaction) {
    case TX_WRITE: return do_write(c, handler, e);
    case TX_READ: return do_read(c, handler, e);
    case TX_NONE: break;
    }
    if (!handler(c, e)) {
        if (c->entered) audit_failed(c);
        return false;
    }
    bool ok = c->event.action == AUDIT_NONE || c->entered || !c->operation->repository_required ||
              audit_alone(c, e);
    if (!ok && c->tell) err_clear(e);
    return ok || c->tell;
}

/* A request that has a name is done once. What is answered again is an entry again. */
static bool do_once(struct call *c, handler_fn *handler, struct err *e)
{
    bool answered;
    if (!once_begin(&answered, c, e)) return false;
    if (!answered) return once_end(c, do_operation(c, handler, e));
    c->event.object_type = "answer";
    return c->event.action == AUDIT_NONE || audit_alone(c, e);
}

static bool do_call(struct call *c, const struct caller *caller, handler_fn *handler, struct err *e)
{
    struct service *s = c->s;
    if (!settle(c, caller, e)) return false;
    begin_event(c);
    if (s->dictionary != NULL) call_speak(c, s->dictionary);
    if (!may(c, c->operation->capability, e) || !purpose_given(c, e)) return false;
    if (c->operation->capability == CAP_IDENTITY_OPEN && !session_view(c, e)) return false;
    bool named = caller != NULL && caller->once != NULL && c->who.account_no != 0;
    return named ? do_once(c, handler, e) : do_operation(c, handler, e);
}

/* What is local does not exist for who is not at this machine. */
static bool reachable(const struct operation *op, const struct json *in, struct err *e)
{
    if (op->reach == REACH_LOCAL)
        return err_set(e, ERR_USAGE, "call.no_operation", "there is no operation %s", op->name);
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (p->local && json_has(in, p->name))
            return err_set(e, ERR_USAGE, "call.unknown", "%s has no parameter %s", op->name,
                           p->name);
    return true;
}

static bool check_caller(const struct caller *who, struct err *e)
{
    return check_word("session", who->session, e) && check_word("source", who->source, e) &&
           check_word("language", who->language, e) && check_word("browser", who->browser, e) &&
           check_word("purpose", who->purpose, e) && check_word("once", who->once, e);
}

static bool carry_out(struct json **out, struct service *s, const struct caller *who,
                      const struct operation_row *row, const struct json *in,
                      const struct progress *progress, struct err *e)
{
    struct call c = {
        .s = s, .caller = who, .operation = &row->operation, .in = in, .progress = progress};
    c.arena = arena_new(ARENA_WIPE);
    c.out = json_object();
    c.who.role = &role_nobody;
    bool ok = do_call(&c, who, row->handler, e);
    if (c.denied) audit_denied(&c);
    if (s->question == NULL && s->store != NULL) store_give_up(s->store);
    if (ok && row->operation.result != NULL) result_assert(&row->operation, c.out);
    if (ok) call_link_told(&c);
    if (s->shared != NULL) {
        uploads_sweep(shared_uploads(s->shared), call_now(&c));
        if (s->job == NULL) jobs_sweep(shared_jobs(s->shared), call_now(&c));
    }
    if (s->shared != NULL) service_drop_snapshots(s); /* a newer one may come for the next call */
    arena_free(c.arena);
    if (!ok) {
        json_free(c.out);
        return false;
    }
    *out = c.out;
    return true;
}

static const struct operation_row *begin_call(struct service *s, const char *name,
                                              const char *language, struct err *e)
{
    const struct operation_row *row = operation_row_find(name);
    if (row == NULL) {
        err_set(e, ERR_USAGE, "call.no_operation", "there is no operation %s", name);
        return NULL;
    }
    json_free(s->problems);
    s->problems = NULL;
    if (language != NULL && check_word("language", language, e)) {
        struct arena *a = arena_new(ARENA_PLAIN);
        speak(s, language, a);
        arena_free(a);
    }
    return row;
}

bool service_call_as(struct json **out, struct service *s, const struct caller *who,
                     const char *name, const struct json *in, const struct progress *progress,
                     struct err *e)
{
    if (s->channel != NULL) {
        json_free(s->problems);
        return remote_call(out, &s->problems, s->channel, who, name, in, e);
    }
    const struct operation_row *row = begin_call(s, name, who->language, e);
    return row != NULL && check_caller(who, e) && reachable(&row->operation, in, e) &&
           parameters_fit(&row->operation, in, e) && carry_out(out, s, who, row, in, progress, e);
}

static bool only_reads(const char *name)
{
    const struct operation_row *row = operation_row_find(name);
    return row != NULL && row->operation.transaction == TX_READ;
}

bool service_call_along(struct json **out, struct service *s, const struct caller *who,
                        const char *name, const struct json *in, struct along *along,
                        size_t n_along, struct err *e)
{
    struct question q;
    bool fits = n_along <= ALONG_MAX && (n_along == 0 || only_reads(name)) && who->once == NULL;
    for (size_t i = 0; i < n_along; i++) {
        along[i].out = NULL;
        err_clear(&along[i].err);
        fits = fits && only_reads(along[i].operation);
    }
    if (!fits)
        return err_set(
            e, ERR_USAGE, "call.along",
            "%s: only what reads can be asked for along with others, and no more than %d", name,
            ALONG_MAX);
    if (s->channel != NULL) {
        json_free(s->problems);
        return remote_call_along(out, &s->problems, s->channel, who, name, in, along, n_along, e);
    }
    question_begin(&q, s);
    bool ok = service_call_as(out, s, who, name, in, NULL, e);
    for (size_t i = 0; ok && i < n_along; i++)
        if (!service_call_as(&along[i].out, s, who, along[i].operation, along[i].in, NULL,
                             &along[i].err))
            along[i].out = NULL;
    question_end(&q, s);
    return ok;
}

bool service_call(struct json **out, struct service *s, const char *name, const struct json *in,
                  const struct progress *progress, struct err *e)
{
    if (s->channel != NULL)
        return err_set(e, ERR_USAGE, "call.remote", "a desk answers service_call_as() alone");
    const struct operation_row *row = begin_call(s, name, s->options.language, e);
    return row != NULL && check_session(s, e) && parameters_fit(&row->operation, in, e) &&
           carry_out(out, s, NULL, row, in, progress, e);
}
