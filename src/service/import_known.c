/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/import_known.h"

#include "service/encodings.h"

#include "base/date.h"
#include "base/mem.h"

#include <string.h>

enum { REMARK_BYTES_MAX = 4000, VALUE_BYTES_MAX = 400 };

static const struct remark {
    const char *rule, *column, *severity, *message, *remedy;
} remarks[] = {
    {"row-id", "_id", "error", N_("_id names no record of this form and organisation."),
     N_("Leave the column _id as it was downloaded; leave it empty for a new record.")},
    {"row-version", "_version", "error", N_("_version is none that this record has had."),
     N_("Leave the column _version as it was downloaded, or download the record again.")},
    {"row-reference", "", "error",
     N_("The reference of a record does not change by a spreadsheet."),
     N_("Put the reference back; correct it on the page of the record.")},
    {"row-year", "", "error", N_("The year of this record is closed."),
     N_("Correct it on the page of the record, where a reason is asked for.")},
    {"row-repeat", "", "error",
     N_("Somebody has added or removed entries of a list that this row changes."),
     N_("Download the record again, and make the change there.")},
    {"row-conflict", "_version", "warning",
     N_("Somebody has changed this record since it was downloaded; what is kept stays."),
     N_("Compare the two. Then take your side for all conflicts, or download the record again.")},
    {"row-match-key", MATCH_KEY, "error", N_("The linkage key of this row is damaged."),
     N_("Make the file again with `dcim encode`, and change nothing in this column.")},
    {"row-match-key-other", MATCH_KEY, "error",
     N_("The linkage key of this row was made with the key of another register."),
     N_("Make the file again with `dcim encode` and the key file of this register.")},
};
enum { R_ID, R_VERSION, R_REFERENCE, R_YEAR, R_REPEAT, R_CONFLICT, R_MATCH_KEY, R_MATCH_OTHER };

bool import_known_begin(struct import_known *k, struct call *c, const struct form *f, struct err *e)
{
    k->c = c;
    k->form = f;
    k->take_mine = strcmp(json_get_text(c->in, "conflicts", "keep"), "mine") == 0;
    k->conflicts = json_array();
    k->by_rule = json_array();
    buf_init_wiped(&k->remark, REMARK_BYTES_MAX);
    return year_list(&k->year, &k->n_year, c->s->store, c->arena, e);
}

void import_known_release(struct import_known *k)
{
    json_free(k->conflicts);
    json_free(k->by_rule);
    if (k->c != NULL) buf_release(&k->remark);
    k->conflicts = k->by_rule = NULL;
}

bool import_find(void *ctx, struct intake_known *out, struct text id, uint32_t version,
                 struct arena *a, struct err *e)
{
    struct import_known *k = ctx;
    struct record_meta base;
    bool found;
    if (!batch_load(&k->now, &k->meta, &out->found, k->writer, id, 0, a, e)) return false;
    if (!out->found) return true;
    out->now = out->base = &k->now;
    out->has_version = version > 0; /* one after the current one was undone */
    if (!out->has_version || version == k->meta.version_no) return true;
    if (!batch_load(&k->base, &base, &found, k->writer, id, version, a, e)) return false;
    out->has_version = found;
    out->base = &k->base;
    return true;
}

/* ---- what is said ---- */

static void count_rule(struct import_known *k, const struct remark *r)
{
    for (size_t i = 0; i < json_size(k->by_rule); i++) {
        struct json *row = json_item_mut(k->by_rule, i);
        if (strcmp(json_get_text(row, "rule", ""), r->rule) != 0) continue;
        json_set_int(row, "count", json_get_int(row, "count", 0) + 1);
        return;
    }
    struct json *row = json_object();
    json_set_text(row, "rule", r->rule);
    json_set_text(row, "message", tr(r->message));
    json_set_int(row, "count", 1);
    json_push(k->by_rule, row);
}

/* Whether the column is called so, or leads to the variable that is. */
static bool is_column(const struct import_known *k, size_t column, const char *name)
{
    const struct mapping *map = intake_mapping(k->intake);
    if (text_equal_nocase(map->header[column], text_of(name))) return true;
    for (size_t i = 0; i < map->n_target; i++) {
        const struct mapping_target *t = &map->target[i];
        if (t->source == MAPPING_COLUMN && t->column == column &&
            strcmp(k->c->s->dictionary->variable[t->var].name, name) == 0)
            return true;
    }
    return false;
}

/* A row of the list of findings, as those of rules are. */
static struct json *say(struct import_known *k, struct intake_row *row, int which)
{
    const struct remark *r = &remarks[which];
    const struct mapping *map = intake_mapping(k->intake);
    struct json *j = json_object();
    json_set_int(j, "row", (int64_t)row->row);
    for (size_t i = 0; i < map->n_header; i++)
        if (r->column[0] != '\0' && is_column(k, i, r->column)) {
            json_set_int(j, "column", (int64_t)i + 1);
            json_set(j, "column_name", json_text(map->header[i]));
        }
    json_set_text(j, "rule", r->rule);
    json_set_text(j, "severity", r->severity);
    json_set_text(j, "message", tr(r->message));
    json_set_text(j, "remedy", tr(r->remedy));
    count_rule(k, r);
    buf_clear(&k->remark);
    buf_printf(&k->remark, "%s: %s %s", r->rule, tr(r->message), tr(r->remedy));
    return j;
}

static void put_words(struct buf *out, const struct dictionary *d, const struct variable *v,
                      const struct value *value, size_t language)
{
    const struct codelist *l = v->list == LIST_NONE ? NULL : d->list[v->list];
    if (value->kind == VALUE_CODE && l != NULL) {
        buf_puts(out, words_in(&l->code[value->code].label, language, l->code[value->code].name));
    } else if (value->kind == VALUE_CODES && l != NULL) {
        for (size_t i = 0; i < value->n_code; i++) {
            const struct code *one = &l->code[value->codes[i]];
            buf_printf(out, "%s%s", i == 0 ? "" : "; ", words_in(&one->label, language, one->name));
        }
    } else if (value->kind != VALUE_EMPTY) {
        value_text(out, d, v->id, value);
    }
    l = dictionary_list(d, TEXT("CL_MISSING"));
    code_id c =
        value->kind != VALUE_MISSING || l == NULL ? CODE_NONE : codelist_find(l, buf_text(out));
    if (c == CODE_NONE) return;
    buf_clear(out);
    buf_puts(out, words_in(&l->code[c].label, language, l->code[c].name));
}

/* A value in words; identifiers, and what may not be read, are not shown. */
static struct json *words_of(const struct import_known *k, const struct variable *v,
                             const struct value *value, bool kept)
{
    struct buf b;
    const char *purpose = k->c->event.purpose;
    if ((v->privacy & PRIVACY_D) != 0 || !call_reads_variable(k->c, v))
        return json_text(text_of(tr("not shown here")));
    if (kept && (purpose == NULL || text_trim(text_of(purpose)).n == 0))
        return json_text(text_of(tr("shown for a stated purpose alone")));
    buf_init_wiped(&b, 64 * 1024);
    put_words(&b, k->c->s->dictionary, v, value, k->c->language);
    struct text t = buf_text(&b);
    if (t.n > VALUE_BYTES_MAX) {
        t.n = VALUE_BYTES_MAX;
        while (t.n > 0 && ((unsigned char)t.p[t.n] & 0xC0) == 0x80) t.n--;
    }
    struct json *j = json_text(t);
    buf_release(&b);
    return j;
}

static const struct value *kept_value(const struct import_known *k, const struct row_change *c)
{
    static const struct value empty = {.kind = VALUE_EMPTY};
    const struct variable *v = &k->c->s->dictionary->variable[c->var];
    return c->row < k->now.table[v->group].n_row ? record_get(&k->now, c->var, c->row) : &empty;
}

/* "Sex, 2": which instance of a repeat. */
static const char *label_of(const struct import_known *k, const struct row_change *c)
{
    const struct variable *v = &k->c->s->dictionary->variable[c->var];
    const char *label = words_in(&v->label, k->c->language, v->name);
    if (v->group == 0) return label;
    return arena_printf(k->c->arena, "%s, %u", label, (unsigned)c->row + 1);
}

static struct json *field_of(const struct import_known *k, const struct row_change *c)
{
    const struct variable *v = &k->c->s->dictionary->variable[c->var];
    struct json *j = json_object();
    json_set_text(j, "variable", v->name);
    json_set_text(j, "label", label_of(k, c));
    json_set(j, "mine", words_of(k, v, &c->mine, false));
    json_set(j, "theirs", words_of(k, v, kept_value(k, c), true));
    json_set_bool(j, "both", c->both);
    return j;
}

static void show_conflict(struct import_known *k, struct intake_row *row)
{
    char at[INSTANT_TEXT_MAX];
    struct json *j = json_object(), *fields = json_array();
    struct arena_mark mark = arena_mark(k->c->arena);
    instant_format(at, k->meta.created_at);
    buf_printf(&k->remark, " (%s, %s)", at, k->meta.author);
    for (size_t i = 0; i < row->changes->n; i++) {
        struct json *f = field_of(k, &row->changes->item[i]);
        buf_printf(&k->remark, tr("; %s: yours “%s”, kept “%s”"), json_get_text(f, "label", ""),
                   json_get_text(f, "mine", ""), json_get_text(f, "theirs", ""));
        json_push(fields, f);
    }
    json_set_int(j, "row", (int64_t)row->row);
    json_set_text(j, "record", k->meta.code);
    json_set_int(j, "version", k->meta.version_no);
    json_set_text(j, "at", at);
    json_set_text(j, "author", k->meta.author);
    json_set(j, "fields", fields);
    if (json_size(k->conflicts) < CONFLICTS_KEPT) json_push(k->conflicts, j);
    else json_free(j);
    k->n_shown++;
    arena_rewind(k->c->arena, mark);
}

/* ---- what becomes of it ---- */

static int64_t year_in(const struct import_known *k, const struct record *r)
{
    const struct variable *v =
        dictionary_variable(k->c->s->dictionary, k->form->id, TEXT("entry_date"));
    if (v == NULL || v->group != 0) return 0;
    const struct value *value = record_get(r, v->id, 0);
    return value->kind == VALUE_DATE ? date_year(value->date) : 0;
}

static bool is_closed(const struct import_known *k, const struct record *r)
{
    int64_t year = year_in(k, r);
    for (size_t i = 0; i < k->n_year; i++)
        if (k->year[i].form == k->form->id && k->year[i].year == year) return true;
    return false;
}

static bool changes_reference(const struct import_known *k, const struct row_changes *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->item[i].var == k->form->reference) return true;
    return false;
}

static bool is_lost(const struct row_changes *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->item[i].lost) return true;
    return false;
}

static int wrong_with(const struct import_known *k, const struct intake_row *row)
{
    if (row->match == INTAKE_UNKNOWN) return R_ID;
    if (row->match == INTAKE_NO_VERSION) return R_VERSION;
    if (row->changes->n == 0) return -1;
    if (changes_reference(k, row->changes)) return R_REFERENCE;
    if (is_closed(k, &k->now) || is_closed(k, row->record)) return R_YEAR;
    return is_lost(row->changes) ? R_REPEAT : -1;
}

enum import_verdict import_judge(struct import_known *k, struct intake_row *row,
                                 struct json **remark)
{
    int wrong = wrong_with(k, row);
    bool conflict = wrong < 0 && row->stale && row->changes->n > 0 && row->findings->n_error == 0;
    *remark = NULL;
    if (wrong >= 0) *remark = say(k, row, wrong);
    else if (conflict && !k->take_mine) *remark = say(k, row, R_CONFLICT);
    else buf_clear(&k->remark);
    k->n_conflict += conflict;
    if (conflict || wrong == R_REPEAT) show_conflict(k, row);
    if (*remark != NULL) row->remark = buf_text(&k->remark);
    if (wrong >= 0) return IMPORT_REFUSE;
    return *remark != NULL ? IMPORT_CONFLICT : IMPORT_WRITE;
}

struct json *import_judge_key(struct import_known *k, struct intake_row *row)
{
    const struct encodings *x = k->c->s->encodings;
    enum match_key said = x == NULL ? MATCH_KEY_GOOD : encodings_judge(x, row->record, k->c->arena);
    if (said == MATCH_KEY_GOOD) return NULL;
    struct json *remark = say(k, row, said == MATCH_KEY_OTHER ? R_MATCH_OTHER : R_MATCH_KEY);
    row->remark = buf_text(&k->remark);
    return remark;
}

bool import_known_event(const struct import_known *k, struct audit_event *out)
{
    if (k->n_shown == 0) return false;
    *out = k->c->event;
    out->action = AUDIT_RECORD_READ;
    out->object_type = "records";
    out->object_id = k->form->name;
    out->count = k->n_shown;
    out->digest = NULL;
    return true;
}
