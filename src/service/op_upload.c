/* SPDX-License-Identifier: EUPL-1.2 */
/* Uploads on their way to an import: their pieces, how they are read, what their columns hold. What
 * a page shows of a file is what the converter gives of it; nothing of it is parsed here (S68). */
#include "service/import_call.h"
#include "service/job.h"

#include "base/base64.h"
#include "base/catalogue.h"
#include "base/csv.h"
#include "base/date.h"
#include "intake/mapping.h"
#include "intake/source.h"
#include "store/saved_mapping.h"

#include <string.h>

enum {
    SAMPLE_ROWS = 8,
    SAMPLE_COLUMNS = 100,
    SAMPLE_BYTES = 60, /* of a cell */
    ORDER_ROWS = 300,  /* looked through for the order of dates */
    COLUMN_SAMPLES = 3
};

static int64_t mine(const struct call *c)
{
    return c->who.account_no;
}

/* ---- beginning ---- */

bool op_upload_begin(struct call *c, struct err *e)
{
    struct json *suppliers;
    if (!call_organisation_choices(&suppliers, c, e)) return false;
    if (json_size(suppliers) == 1)
        json_set_text(c->out, "own", json_get_text(json_at(suppliers, 0), "code", ""));
    json_set(c->out, "forms", call_form_choices(c));
    json_set(c->out, "organisations", suppliers);
    json_set_int(c->out, "mib", UPLOAD_BYTES_MAX >> 20);
    json_set_int(c->out, "minutes", UPLOAD_LIFE_S / 60);
    return true;
}

static bool needs_account(const struct call *c, struct err *e)
{
    if (mine(c) != 0) return true;
    err_set(e, ERR_USAGE, "upload.account", "files are uploaded by who has an account");
    return err_remedy(e, "at the machine itself, `dcim import` reads them from its folders");
}

bool op_upload_put(struct call *c, struct err *e)
{
    char code[UPLOAD_CODE + 1];
    const char *bytes = json_get_text(c->in, "bytes", "");
    struct buf piece;
    if (!needs_account(c, e)) return false;
    buf_init_wiped(&piece, UPLOAD_PIECE_MAX);
    bool ok = base64_take(&piece, text_of(bytes)) && buf_ok(&piece, NULL);
    if (!ok) {
        err_set(e, ERR_INPUT, "upload.bytes", "the piece is not base 64, or longer than %d KiB",
                UPLOAD_PIECE_MAX >> 10);
    } else {
        struct upload_piece p = {.code = json_get_text(c->in, "upload", ""),
                                 .name = json_get_text(c->in, "name", ""),
                                 .offset = (uint64_t)json_get_int(c->in, "offset", 0),
                                 .bytes = buf_text(&piece),
                                 .last = json_get_bool(c->in, "last", false)};
        ok = upload_put(code, service_uploads(c->s), mine(c), call_now(c), &p, e);
        if (ok) json_set_text(c->out, "upload", code);
        if (ok) json_set_int(c->out, "next", (int64_t)(p.offset + p.bytes.n));
    }
    buf_release(&piece);
    return ok;
}

bool op_upload_drop(struct call *c, struct err *e)
{
    struct text code = text_of(json_get_text(c->in, "upload", ""));
    json_set(c->out, "upload", json_text(code));
    return upload_drop(service_uploads(c->s), mine(c), call_now(c), code, e);
}

/* ---- choosing ---- */

static bool may_supply(struct call *c, const char *code, struct err *e)
{
    struct organisation o;
    if (!store_organisation_find(&o, c->s->store, text_of(code), c->arena, e)) return false;
    if (call_sees_organisation(c, o.organisation_no)) return true;
    return err_set(e, ERR_DENIED, "import.organisation",
                   "records of another organisation are not yours to import");
}

bool op_upload_set(struct call *c, struct err *e)
{
    static const char *const member[] = {"form",  "organisation", "encoding",  "separator",
                                         "sheet", "mapping",      "date_order"};
    struct text code = text_of(json_get_text(c->in, "upload", ""));
    const struct form *f;
    struct json *choices = json_object();
    bool ok = !json_has(c->in, "form") || call_form(&f, c, "form", e);
    if (ok && json_has(c->in, "organisation"))
        ok = may_supply(c, json_get_text(c->in, "organisation", ""), e);
    for (size_t i = 0; ok && i < sizeof member / sizeof *member; i++)
        if (json_has(c->in, member[i]))
            json_set(choices, member[i], json_copy(json_get(c->in, member[i])));
    /* Columns are others when the file is read otherwise. */
    if (ok && (json_has(c->in, "form") || json_has(c->in, "sheet") ||
               json_has(c->in, "separator") || json_has(c->in, "mapping")))
        json_set(choices, "changes", json_array());
    ok = ok && upload_choose(service_uploads(c->s), mine(c), call_now(c), code, choices, e);
    json_free(choices);
    json_set(c->out, "upload", json_text(code));
    return ok;
}

/* ---- how it is read ---- */

/* A cell for a page: at most SAMPLE_BYTES, cut between characters. */
static struct json *sample(struct text t)
{
    if (t.n <= SAMPLE_BYTES) return json_text(t);
    size_t n = SAMPLE_BYTES;
    while (n > 0 && ((unsigned char)t.p[n] & 0xC0) == 0x80) n--;
    struct buf b;
    buf_init_wiped(&b, SAMPLE_BYTES + 8);
    buf_put(&b, t.p, n);
    buf_puts(&b, "…");
    struct json *j = json_text(buf_text(&b));
    buf_release(&b);
    return j;
}

static struct source_options source_of(struct call *c, const struct intake_options *o)
{
    return (struct source_options){.path = o->path,
                                   .by_descriptor = o->by_descriptor,
                                   .file = o->file,
                                   .csv = o->csv,
                                   .sheet = arena_copy(c->arena, o->sheet.p, o->sheet.n),
                                   .converter = c->s->options.program};
}

static void add_choice(struct json *list, const char *code, const char *text, bool selected)
{
    struct json *row = json_object();
    json_set_text(row, "code", code);
    json_set_text(row, "text", text);
    json_set_bool(row, "selected", selected);
    json_push(list, row);
}

static void put_text_choices(struct call *c, const struct source *s)
{
    static const struct {
        char separator;
        const char *code, *text;
    } separators[] = {{',', ",", N_("comma ,")},
                      {';', ";", N_("semicolon ;")},
                      {'\t', "tab", N_("tab")},
                      {'|', "|", N_("bar |")}};
    struct json *encodings = json_array(), *separated = json_array();
    for (int i = CSV_UTF8; i < CSV_ENCODING_COUNT; i++) {
        const char *name = csv_encoding_name((enum csv_encoding)i);
        add_choice(encodings, name, name, source_encoding(s) == (enum csv_encoding)i);
    }
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        add_choice(separated, separators[i].code, tr(separators[i].text),
                   separators[i].separator == source_separator(s));
    json_set(c->out, "encodings", encodings);
    json_set(c->out, "separators", separated);
}

static void put_sheets(struct call *c, const struct source *s)
{
    const struct converter_sheet_name *sheet;
    size_t n = source_sheets(s, &sheet);
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        if (sheet[i].hidden && !text_is(sheet[i].name, source_sheet(s))) continue;
        const char *name = arena_copy(c->arena, sheet[i].name.p, sheet[i].name.n);
        add_choice(list, name, name, text_is(sheet[i].name, source_sheet(s)));
    }
    json_set(c->out, "sheets", list);
}

static bool put_rows(struct call *c, struct source *s, struct err *e)
{
    struct json *rows = json_array();
    struct source_cells row;
    bool found = true, hidden;
    bool ok = true;
    for (size_t n = 0; n < SAMPLE_ROWS && ok && found; n++) {
        ok = source_next_any(s, &row, &hidden, &found, e);
        if (!ok || !found) break;
        struct json *cells = json_array(), *one = json_object();
        for (size_t i = 0; i < row.n_cell && i < SAMPLE_COLUMNS; i++)
            json_push(cells, sample(row.cell[i]));
        if (n == 0) {
            json_set(c->out, "header", cells);
            json_free(one);
            continue;
        }
        json_set_int(one, "row", (int64_t)row.row);
        json_set(one, "cells", cells);
        json_push(rows, one);
    }
    json_set(c->out, "rows", rows);
    return ok;
}

static void put_upload(struct call *c, const struct upload_view *v)
{
    const struct dictionary *d = c->s->dictionary;
    const char *form = json_get_text(v->choices, "form", "");
    const struct form *f = dictionary_form(d, text_of(form));
    json_set(c->out, "upload", json_copy(json_get(c->in, "upload")));
    json_set_text(c->out, "name", v->name);
    json_set_int(c->out, "bytes", (int64_t)v->size);
    json_set_text(c->out, "form", form);
    json_set_text(c->out, "form_title", f == NULL ? "" : words_in(&f->title, c->language, f->name));
    json_set_text(c->out, "organisation", json_get_text(v->choices, "organisation", ""));
}

/* A file that cannot be read as chosen is shown with why, so that it can be chosen otherwise. */
bool op_upload_describe(struct call *c, struct err *e)
{
    struct upload_view v;
    struct intake_options o;
    struct source *s = NULL;
    struct err why = {0};
    if (!import_options(&o, &v, c, NULL, e)) {
        upload_close(&v);
        return false;
    }
    put_upload(c, &v);
    struct source_options so = source_of(c, &o);
    bool ok = source_open(&s, &so, &why);
    if (ok) {
        bool workbook = source_is_workbook(s);
        json_set_text(c->out, "kind", workbook ? "workbook" : "csv");
        json_set_bool(c->out, "workbook", workbook);
        if (workbook) put_sheets(c, s);
        else put_text_choices(c, s);
        ok = put_rows(c, s, &why);
    }
    if (!ok) {
        json_set_text(c->out, "problem", why.msg);
        json_set_text(c->out, "remedy", why.remedy);
    }
    source_close(s);
    upload_close(&v);
    return true;
}

/* ---- what its columns hold ---- */

struct columns { /* what was seen in the first rows */
    struct json **sample;
    bool *slashes; /* something that looks like a date in local order */
    size_t n;
};

static bool looks_local(struct text t)
{
    size_t digits = 0, signs = 0;
    t = text_trim(t);
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] >= '0' && t.p[i] <= '9') digits++;
        else if (t.p[i] == '/' || t.p[i] == '.' || t.p[i] == '-') signs++;
        else if (t.p[i] != ' ') return false;
    }
    bool iso = t.n >= 5 && t.p[4] == '-';
    return signs == 2 && digits >= 4 && digits <= 8 && !iso;
}

static bool look_at_rows(struct columns *k, struct call *c, const struct intake_options *o,
                         uint64_t header_row, struct err *e)
{
    struct source *s;
    struct source_cells row;
    bool found = true, ok;
    struct source_options so = source_of(c, o);
    if (!source_open(&s, &so, e)) return false;
    for (size_t n = 0; (ok = source_next(s, &row, &found, e)) && found && n < ORDER_ROWS; n++) {
        for (size_t i = 0; row.row > header_row && i < row.n_cell && i < k->n; i++) {
            struct text t = text_trim(row.cell[i]);
            if (t.n > 0 && json_size(k->sample[i]) < COLUMN_SAMPLES)
                json_push(k->sample[i], sample(t));
            k->slashes[i] = k->slashes[i] || looks_local(t);
        }
    }
    source_close(s);
    return ok;
}

static const struct mapping_target *target_of(const struct mapping *m, size_t column)
{
    for (size_t i = 0; i < m->n_target; i++)
        if (m->target[i].source == MAPPING_COLUMN && m->target[i].column == column)
            return &m->target[i];
    return NULL;
}

static const char *use_text(enum mapping_use use)
{
    switch (use) {
    case MAPPING_UNKNOWN: return N_("not recognised");
    case MAPPING_AMBIGUOUS: return N_("could be several");
    case MAPPING_UNMAPPED: return N_("left out");
    case MAPPING_COMPUTED: return N_("worked out by the register");
    case MAPPING_RESERVED: return N_("of the register itself");
    case MAPPING_MAPPED: break;
    }
    return N_("recognised");
}

/* "Episode > Exploitation > Form of exploitation". */
static const char *long_label(struct call *c, const struct form *f, const struct variable *v)
{
    const char *text = words_in(&v->label, c->language, v->name);
    for (group_id g = v->group; g != 0; g = f->group[g].parent)
        text = arena_printf(c->arena, "%s › %s",
                            words_in(&f->group[g].label, c->language, f->group[g].name), text);
    return text;
}

static void put_order(struct json *row, const struct mapping_target *t, const struct columns *k,
                      const struct dictionary *d, size_t column)
{
    if (t == NULL || d->variable[t->var].type != VARIABLE_DATE) return;
    if (!k->slashes[column] && !t->order_given) return;
    struct json *orders = json_array();
    enum date_order order = t->order_given ? t->order : DATE_ISO;
    add_choice(orders, "", tr("only where it is beyond doubt"), order == DATE_ISO);
    add_choice(orders, "dmy", tr("day, month, year"), order == DATE_DMY);
    add_choice(orders, "mdy", tr("month, day, year"), order == DATE_MDY);
    json_set(row, "orders", orders);
    json_set_bool(row, "dated", true);
}

static void put_column(struct json *list, struct call *c, const struct mapping *m,
                       struct columns *k, size_t i)
{
    const struct dictionary *d = c->s->dictionary;
    const struct mapping_target *t = target_of(m, i);
    struct json *row = json_object();
    json_set_int(row, "column", (int64_t)i);
    json_set_int(row, "number", (int64_t)i + 1);
    json_set(row, "name", sample(m->header[i]));
    json_set(row, "samples", k->sample[i]);
    k->sample[i] = NULL;
    json_set_bool(row, "known", m->use[i] == MAPPING_MAPPED);
    json_set_bool(row, "open", m->use[i] == MAPPING_UNKNOWN || m->use[i] == MAPPING_AMBIGUOUS);
    json_set_bool(row, "fixed", m->use[i] == MAPPING_RESERVED);
    json_set_text(row, "use", tr(use_text(m->use[i])));
    if (t != NULL) {
        struct buf path;
        buf_init(&path, 1000);
        mapping_put_path(&path, t, d, m->form);
        json_set(row, "path", json_text(buf_text(&path)));
        json_set_text(row, "label", long_label(c, m->form, &d->variable[t->var]));
        buf_release(&path);
    }
    put_order(row, t, k, d, i);
    json_push(list, row);
}

static void put_columns(struct call *c, const struct mapping *m, struct columns *k)
{
    struct json *list = json_array();
    int64_t known = 0, open = 0;
    for (size_t i = 0; i < m->n_header; i++) {
        if (text_trim(m->header[i]).n == 0) continue;
        known += m->use[i] == MAPPING_MAPPED;
        open += m->use[i] == MAPPING_UNKNOWN || m->use[i] == MAPPING_AMBIGUOUS;
        put_column(list, c, m, k, i);
    }
    json_set(c->out, "columns", list);
    json_set_int(c->out, "known", known);
    json_set_int(c->out, "open", open);
}

static void put_variables(struct call *c, const struct form *f)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *list = json_array();
    for (size_t i = 0; i < d->n_variable; i++) {
        const struct variable *v = &d->variable[i];
        if (v->form != f->id || v->derived || v->system || !call_reads_variable(c, v)) continue;
        struct json *row = json_object();
        json_set_text(row, "to", v->name);
        json_set_text(row, "text", long_label(c, f, v));
        json_push(list, row);
    }
    json_set(c->out, "variables", list);
}

static bool show_columns(struct call *c, const struct intake_options *o, struct intake *in,
                         struct err *e)
{
    const struct mapping *m = intake_mapping(in);
    struct columns k = {.n = m->n_header};
    struct json *description = intake_description(in);
    k.sample = ARENA_ARRAY(c->arena, struct json *, k.n);
    k.slashes = ARENA_ARRAY(c->arena, bool, k.n);
    for (size_t i = 0; i < k.n; i++) k.sample[i] = json_array();
    bool ok = look_at_rows(&k, c, o, (uint64_t)json_get_int(description, "header_row", 1), e);
    if (ok) put_columns(c, m, &k);
    for (size_t i = 0; i < k.n; i++) json_free(k.sample[i]);
    json_free(description);
    return ok;
}

/* What the organisation has saved for such files. */
static bool put_saved(struct call *c, const struct upload_view *v, const struct form *f,
                      struct err *e)
{
    struct organisation o;
    struct saved_mapping *list;
    size_t n;
    struct text code = text_of(json_get_text(v->choices, "organisation", ""));
    if (!store_organisation_find(&o, c->s->store, code, c->arena, e) ||
        !store_mapping_list(&list, &n, c->s->store, o.organisation_no, f->name, c->arena, e))
        return false;
    struct json *saved = json_array();
    for (size_t i = 0; i < n; i++) {
        char at[INSTANT_TEXT_MAX];
        struct json *row = json_object();
        instant_format(at, list[i].saved_at);
        json_set_text(row, "name", list[i].name);
        json_set_text(row, "saved_at", at);
        json_set_text(row, "saved_by", list[i].saved_by);
        json_push(saved, row);
    }
    json_set(c->out, "saved", saved);
    return true;
}

/* The form of an upload, with the right to it. */
static bool form_of(const struct form **out, struct call *c, struct err *e)
{
    struct upload_view v;
    if (!call_upload(&v, c, e)) return false;
    const char *name = json_get_text(v.choices, "form", "");
    *out = dictionary_form(c->s->dictionary, text_of(name));
    upload_close(&v);
    if (*out != NULL) return call_may_read_form(c, *out, e);
    err_set(e, ERR_CONFLICT, "upload.no_form", "nobody has said yet of which form the rows are");
    return err_remedy(e, "begin the import again");
}

bool op_upload_map(struct call *c, struct err *e)
{
    struct upload_view v;
    struct intake_options o;
    struct intake *in = NULL;
    struct problems problems;
    const struct form *f;
    if (!form_of(&f, c, e)) return false;
    bool ok = import_options(&o, &v, c, f, e);
    problems_init(&problems, c->arena);
    o.any_header = true;
    ok = ok && intake_open(&in, &o, &problems, e);
    if (!ok && problems.n > 0) service_keep_problems(c->s, &problems);
    problems_release(&problems);
    ok = ok && put_saved(c, &v, f, e);
    if (ok) {
        put_upload(c, &v);
        put_variables(c, f);
        ok = show_columns(c, &o, in, e);
    }
    intake_close(in);
    upload_close(&v);
    return ok;
}

/* A line for each column: number, path, order of dates, with tabs between; no path leaves it
 * out. */
static bool read_lines(struct json *list, struct call *c, const struct form *f, const char *lines,
                       struct err *e)
{
    struct text rest = text_of(lines), line;
    while (text_split(&rest, '\n', &line)) {
        struct text part[3] = {{"", 0}, {"", 0}, {"", 0}}, left = line;
        int64_t column;
        struct mapping_target t;
        if (line.n == 0) continue;
        for (size_t i = 0; i < 3 && text_split(&left, '\t', &part[i]);) i++;
        bool fits = text_to_int(part[0], &column) && column >= 0 && column < CSV_COLUMN_MAX &&
                    (part[1].n == 0 || mapping_path(&t, c->s->dictionary, f, part[1])) &&
                    (part[2].n == 0 || text_is(part[2], "dmy") || text_is(part[2], "mdy"));
        if (!fits) {
            err_set(e, ERR_INPUT, "upload.column", "the form has no place %.*s for a column",
                    (int)(part[1].n < 100 ? part[1].n : 100), part[1].p);
            return err_remedy(e, "choose one of the list");
        }
        struct json *row = json_object();
        json_set_int(row, "column", column);
        json_set(row, "path", json_text(part[1]));
        json_set(row, "order", json_text(part[2]));
        json_push(list, row);
    }
    return true;
}

bool op_upload_columns(struct call *c, struct err *e)
{
    const struct form *f;
    struct text code = text_of(json_get_text(c->in, "upload", ""));
    if (!form_of(&f, c, e)) return false;
    struct json *choices = json_object(), *list = json_array();
    bool ok = read_lines(list, c, f, json_get_text(c->in, "columns", ""), e);
    json_set(choices, "changes", list);
    ok = ok && upload_choose(service_uploads(c->s), mine(c), call_now(c), code, choices, e);
    json_free(choices);
    json_set(c->out, "upload", json_text(code));
    return ok;
}
