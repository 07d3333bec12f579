/* SPDX-License-Identifier: EUPL-1.2 */
/* Releases as they are listed, shown and handed out. Everybody who has signed in sees those that
 * are published, or were; those that wait or were refused are there for who prepares or decides. */
#include "service/figure.h"
#include "service/release_call.h"
#include "service/table_file.h"

#include "store/saved_question.h"

#include <string.h>

enum { HASH_TEXT = 2 * RELEASE_DIGEST + 1, CHARTS_MAX = 6, TEXT_MAX = 64 * 1024 };

static const struct {
    const char *word, *label;
} states[] = {{RELEASE_WAITING, N_("Waits for a second person")},
              {RELEASE_PUBLISHED, N_("Published")},
              {RELEASE_REFUSED, N_("Refused")},
              {RELEASE_WITHDRAWN, N_("Withdrawn")}};

static bool is(const struct stored_release *r, const char *state)
{
    return strcmp(r->state, state) == 0;
}

bool release_sees_all(const struct call *c)
{
    return role_may(c->who.role, CAP_RELEASE) || role_may(c->who.role, CAP_APPROVE);
}

bool release_is_own(const struct call *c, const struct stored_release *r)
{
    return (r->account_no != 0 && r->account_no == c->who.account_no) ||
           strcmp(r->made_by, c->who.actor) == 0;
}

bool release_may_decide(const struct call *c, const struct stored_release *r)
{
    return is(r, RELEASE_WAITING) && role_may(c->who.role, CAP_APPROVE) && !release_is_own(c, r);
}

static bool is_there(const struct call *c, const struct stored_release *r)
{
    return is(r, RELEASE_PUBLISHED) || is(r, RELEASE_WITHDRAWN) || release_sees_all(c);
}

bool release_find(struct stored_release *r, struct json **words, struct call *c, struct err *e)
{
    *words = NULL;
    if (!store_release_find(r, c->s->store, json_get_int(c->in, "release", 0), c->arena, e))
        return false;
    if (!is_there(c, r)) return store_release_unknown(e);
    return json_parse(words, r->words, e);
}

bool release_open(struct text *document, struct release_set *set, struct call *c,
                  const struct stored_release *r, struct err *e)
{
    struct buf b;
    if (is(r, RELEASE_WITHDRAWN)) {
        err_set(e, ERR_DENIED, "release.withdrawn", "release %lld was withdrawn",
                (long long)r->release_no);
        return err_remedy(e, "see in the list of releases why, and what is in its place");
    }
    buf_init_wiped(&b, RELEASE_DOCUMENT_MAX + 4096);
    bool ok = store_release_document(&b, c->s->store, r, e);
    struct text t = buf_text(&b);
    if (ok) *document = (struct text){arena_copy(c->arena, t.p, t.n), t.n};
    buf_release(&b);
    return ok && release_document_read(set, *document, c->arena, e);
}

struct json *release_cautions(const struct release_set *set)
{
    struct json *list = json_array();
    json_push(list, json_text(text_of(
                        tr("Earlier releases of a register that has changed since, and tables "
                           "that people here can ask for, were not taken into account: who "
                           "holds both sees what was added in between."))));
    if (set->links.related)
        json_push(list, json_text(text_of(
                            tr("Tables with different filters, or of persons and of records, were "
                               "protected apart: compare them yourself, for the difference of two "
                               "shown counts can be a small one."))));
    for (size_t g = 0; g < set->links.n_group; g++) {
        if (set->links.complete[g]) continue;
        json_push(list,
                  json_text(text_of(tr(
                      "Some tables share a variable of several answers, a calculated one, or hang "
                      "together in a ring: no hidden count is shown or follows from sums, but that "
                      "nothing else follows from all of them together is not proved."))));
        break;
    }
    return list;
}

/* ---- rows ---- */

static const char *label_of(const char *state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].word, state) == 0) return tr(states[i].label);
    return state;
}

static void set_number(struct json *row, const char *key, int64_t n)
{
    if (n != 0) json_set_int(row, key, n);
}

static void describe(struct json *row, struct call *c, const struct stored_release *r,
                     const struct json *words)
{
    char digest[HASH_TEXT];
    crypto_hex(digest, r->digest, sizeof r->digest);
    json_set_int(row, "release", r->release_no);
    json_set_text(row, "title", json_get_text(words, "title", ""));
    json_set_text(row, "state", r->state);
    json_set_text(row, "state_label", label_of(r->state));
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        json_set_bool(row, states[i].word, is(r, states[i].word));
    json_set_int(row, "tables", r->n_table);
    json_set_int(row, "threshold", r->threshold);
    json_set_text(row, "digest", digest);
    set_instant_member(row, "made_at", r->made_at);
    set_instant_member(row, "decided_at", r->decided_at);
    set_instant_member(row, "withdrawn_at", r->withdrawn_at);
    set_number(row, "replaces", r->replaces);
    set_number(row, "replaced_by", r->replaced_by);
    if (is(r, RELEASE_REFUSED)) json_set_text(row, "reason", json_get_text(words, "reason", ""));
    if (is(r, RELEASE_WITHDRAWN))
        json_set_text(row, "reason", json_get_text(words, "withdrawn", ""));
    json_set_bool(row, "own", release_is_own(c, r));
    json_set_bool(row, "may_decide", release_may_decide(c, r));
    json_set_bool(row, "may_withdraw",
                  is(r, RELEASE_PUBLISHED) && role_may(c->who.role, CAP_RELEASE));
    if (!release_sees_all(c)) return; /* who did it is of use to those who work with it */
    json_set_text(row, "made_by", r->made_by);
    json_set_text(row, "decided_by", r->decided_by);
    json_set_text(row, "withdrawn_by", r->withdrawn_by);
}

bool op_release_list(struct call *c, struct err *e)
{
    struct stored_release *list;
    size_t n;
    int64_t waiting = 0;
    if (!store_release_list(&list, &n, c->s->store, c->arena, e)) return false;
    struct json *rows = json_array();
    json_set(c->out, "releases", rows);
    for (size_t i = 0; i < n; i++) {
        struct json *words, *row;
        if (!is_there(c, &list[i])) continue;
        if (!json_parse(&words, list[i].words, e)) return false;
        row = json_object();
        describe(row, c, &list[i], words);
        waiting += json_get_bool(row, "may_decide", false);
        json_push(rows, row);
        json_free(words);
    }
    json_set_int(c->out, "waiting", waiting);
    json_set_bool(c->out, "may_prepare", role_may(c->who.role, CAP_RELEASE));
    return true;
}

/* ---- one ---- */

/* The language of the call among those the document has: the register's dictionary may have others
 * by now. */
static size_t language_in(const struct call *c, const struct release_set *set)
{
    for (size_t i = 0; i < set->n_language; i++)
        if (strcmp(set->language[i], c->s->dictionary->language[c->language]) == 0) return i;
    return 0;
}

static struct counted counted_of(const struct call *c, const struct release_set *set, size_t i)
{
    return (struct counted){.release = set->table[i],
                            .words = {.language = language_in(c, set),
                                      .country = set->country,
                                      .made_on = set->made_on,
                                      .n_record = -1}};
}

static void put_text(struct json *row, const struct call *c, const struct counted *t)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    table_write_text(&text, &t->release, &t->words, (size_t)json_get_int(c->in, "width", 0));
    if (!text.too_long) json_set(row, "text", json_text(buf_text(&text)));
    buf_release(&text);
}

/* As many tables as fit on a page and into a message; of others it says that they do not. */
static bool put_tables(struct call *c, const struct release_set *set, struct err *e)
{
    struct json *list = json_array();
    size_t room = TABLE_PAGE_CELLS_MAX;
    json_set(c->out, "figures", list);
    for (size_t i = 0; i < set->n_table; i++) {
        struct counted t = counted_of(c, set, i);
        struct figure_ask ask = {.id = arena_printf(c->arena, "table-%zu", i + 1),
                                 .kind = i < CHARTS_MAX ? "auto" : "none"};
        struct json *figure = NULL, *row = json_object();
        struct err why = {0};
        json_push(list, row);
        json_set_int(row, "number", (int64_t)i + 1);
        if (t.release.n_cell > room) {
            err_set(&why, ERR_LIMIT, "table.page_too_large", "the page would be too long");
            err_remedy(&why, "download it");
        } else if (!figure_make(&figure, c, &t, &ask, &why)) {
            figure = NULL;
        }
        if (figure == NULL) figure = figure_refused(c, &ask, &why);
        if (figure == NULL) {
            if (e != NULL) *e = why;
            return false;
        }
        if (why.code == ERR_NONE) room -= t.release.n_cell;
        json_set(row, "figure", figure);
        if (json_has(c->in, "width")) put_text(row, c, &t);
    }
    return true;
}

/* What stands over it, whether or not it is still handed out. */
static bool put_head(struct stored_release *r, struct call *c, struct err *e)
{
    struct json *words;
    if (!release_find(r, &words, c, e)) return false;
    describe(c->out, c, r, words);
    json_set_text(c->out, "note", json_get_text(words, "note", ""));
    json_free(words);
    return true;
}

bool op_release_show(struct call *c, struct err *e)
{
    struct stored_release r;
    struct release_set set;
    struct text document;
    if (!put_head(&r, c, e)) return false;
    if (is(&r, RELEASE_WITHDRAWN)) return true;
    if (!release_open(&document, &set, c, &r, e)) return false;
    json_set_text(c->out, "made_on", set.made_on);
    json_set(c->out, "cautions", release_sees_all(c) ? release_cautions(&set) : json_array());
    return put_tables(c, &set, e);
}

bool op_release_read(struct call *c, struct err *e)
{
    struct stored_release r;
    struct release_set set;
    struct json *whole;
    struct text document;
    if (!put_head(&r, c, e)) return false;
    if (is(&r, RELEASE_WITHDRAWN)) return true;
    if (!release_open(&document, &set, c, &r, e) || !json_parse(&whole, document, e)) return false;
    json_set(c->out, "document", whole);
    return true;
}

/* ---- files ---- */

static bool make(struct buf *out, struct call *c, const struct release_set *set,
                 struct text document, const char *format, size_t i, struct err *e)
{
    if (strcmp(format, "json") == 0) {
        buf_put_text(out, document); /* as it was approved, byte for byte */
        return buf_ok(out, e);
    }
    struct counted t = counted_of(c, set, i);
    return table_file_make(out, c, &t.release, &t.words, format, e);
}

bool op_release_download(struct call *c, struct err *e)
{
    const char *format = json_get_text(c->in, "format", "json");
    int64_t table = json_get_int(c->in, "table", 1);
    struct stored_release r;
    struct release_set set;
    struct json *words;
    struct text document;
    struct buf file;
    if (!release_find(&r, &words, c, e)) return false;
    json_free(words);
    if (!release_open(&document, &set, c, &r, e)) return false;
    if (table > (int64_t)set.n_table) {
        err_set(e, ERR_NOT_FOUND, "release.no_table", "the release has %zu tables", set.n_table);
        return err_remedy(e, "name one of them by its number");
    }
    buf_init(&file, TABLE_FILE_MAX);
    bool ok = make(&file, c, &set, document, format, (size_t)table - 1, e) &&
              table_file_give(c, buf_text(&file), e);
    buf_release(&file);
    if (!ok) return false;
    bool whole = strcmp(format, "json") == 0;
    c->event.object_type = "release";
    c->event.object_id = arena_printf(c->arena, "%lld", (long long)r.release_no);
    c->event.fields = format;
    c->event.count = whole ? (int64_t)set.n_table : 1;
    json_set_text(c->out, "format", format);
    json_set_text(c->out, "type", table_file_type(format));
    json_set_text(c->out, "name",
                  whole ? arena_printf(c->arena, "release-%lld.json", (long long)r.release_no)
                        : arena_printf(c->arena, "release-%lld-%lld.%s", (long long)r.release_no,
                                       (long long)table, format));
    return true;
}

/* ---- what one can be made of ---- */

static bool put_questions(struct call *c, struct err *e)
{
    struct question_reader who = {c->who.account_no, c->who.actor, c->who.organisation_no};
    const char *chosen = json_get_text(c->in, "question", "");
    struct saved_question *list;
    size_t n;
    if (!saved_question_list(&list, &n, c->s->store, &who, c->arena, e)) return false;
    struct json *rows = json_array();
    json_set(c->out, "questions", rows);
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object(), *body;
        json_push(rows, row);
        if (!json_parse(&body, list[i].body, e)) return false;
        json_set_text(row, "question", list[i].code);
        json_set_text(row, "name", json_get_text(body, "name", ""));
        json_set_text(row, "owner", list[i].owner);
        json_set_bool(row, "own", list[i].own);
        json_set_bool(row, "chosen", strcmp(list[i].code, chosen) == 0);
        json_free(body);
    }
    return true;
}

bool op_release_choices(struct call *c, struct err *e)
{
    struct stored_release *list;
    size_t n;
    if (!put_questions(c, e) || !store_release_list(&list, &n, c->s->store, c->arena, e))
        return false;
    struct json *rows = json_array();
    json_set(c->out, "releases", rows);
    for (size_t i = 0; i < n; i++) {
        struct json *words, *row;
        if (!is(&list[i], RELEASE_PUBLISHED) && !is(&list[i], RELEASE_WITHDRAWN)) continue;
        if (!json_parse(&words, list[i].words, e)) return false;
        row = json_object();
        json_set_int(row, "release", list[i].release_no);
        json_set_text(row, "title", json_get_text(words, "title", ""));
        json_push(rows, row);
        json_free(words);
    }
    json_set_int(c->out, "threshold",
                 dictionary_parameter_int(c->s->dictionary, "disclosure.min_count", 5));
    return true;
}
