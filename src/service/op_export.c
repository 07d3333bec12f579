/* SPDX-License-Identifier: EUPL-1.2 */
/* Records of one organisation as a workbook that can be corrected and imported again: a row for
 * each, its code in _id and its version in _version, a column for each variable (and for each
 * instance of a repeat, by its path), as intake reads them.
 *
 * Columns are those of an allow list (S57): what the dictionary asks for, and what who asks may
 * read. Identifiers leave in no file: their columns are there to be filled in, and empty. For more
 * than a few persons a second person has to agree (S56). An empty cell changes nothing. Answers of
 * a list stand there in words, and cells offer the list, as far as the words are read again as the
 * same answer. The sheet _meta says who took it, when and what for, and the order of the rows says
 * it too (op_trace.c). The entry of the log is committed before the file is written.
 *
 * A workbook for new records is the same without rows: it holds nothing but the dictionary. */
#include "service/recipient.h"
#include "service/service_internal.h"
#include "service/tasks.h"
#include "service/upload.h"

#include "base/base64.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/xlsx_write.h"
#include "intake/mapping.h"
#include "model/finding.h"
#include "model/validate.h"
#include "store/work_folder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKBOOK_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum {
    LIST_PAGE = 500,
    FILE_BYTES_MAX = 24 * 1024 * 1024, /* as text, it fits an answer */
    TEXT_BYTES_MAX = 64 * 1024,
    HEAD_ROWS = 2,
    NEW_ROWS = 1000, /* below the records, in which cells offer their lists too */
    OWN_COLUMNS = 2  /* _id, _version */
};

struct path { /* 0-based numbers of the instances on the way, outermost first */
    uint32_t at[MAPPING_DEPTH_MAX];
};

struct paths {
    struct path *item;
    size_t n, cap;
};

struct chosen { /* a record of the workbook, in the version that it is given in */
    char code[RECORD_CODE + 1];
    uint32_t version_no;
};

struct export
{
    struct call *c;
    const struct form *form;
    struct organisation organisation;
    int64_t batch_no; /* 0: of all */
    bool with_findings, blank;
    struct recipient recipient;
    uint32_t *choices_at; /* by variable: first row of its answers on the sheet of choices */
    struct chosen *record;
    size_t n_record, cap_record;
    struct paths *paths;    /* by group */
    uint32_t instances_max; /* shown of one repeat */
    int64_t n_left_out;     /* instances that have no column */
    const char *code;       /* of this export */
    char at[INSTANT_TEXT_MAX];
    struct arena *scratch; /* of a record; wiped */
    struct xlsx_writer *book;
    uint32_t line;
    struct buf text; /* wiping */
};

/* ---- which records, and how many instances they have ---- */

/* The allow list. */
static bool is_given(const struct export *x, const struct variable *v)
{
    return !v->derived && !v->system && call_reads_variable(x->c, v);
}

static struct path path_of(const struct record *r, group_id g, uint32_t row)
{
    struct path p = {{0}};
    for (; g != 0; g = r->form->group[g].parent) {
        const struct record_table *t = &r->table[g];
        uint32_t first = row;
        while (first > 0 && t->parent[first - 1] == t->parent[row]) first--;
        p.at[r->form->group[g].depth - 1] = row - first;
        row = t->parent[row];
    }
    return p;
}

static bool is_shown(const struct export *x, const struct path *p)
{
    for (size_t i = 0; i < MAPPING_DEPTH_MAX; i++)
        if (p->at[i] >= x->instances_max) return false;
    return true;
}

static void add_path(struct paths *list, struct path p)
{
    for (size_t i = 0; i < list->n; i++)
        if (memcmp(&list->item[i], &p, sizeof p) == 0) return;
    MEM_GROW(list->item, list->cap, list->n + 1);
    list->item[list->n++] = p;
}

static bool has_columns(const struct export *x, group_id g)
{
    const struct group *group = &x->form->group[g];
    for (size_t k = 0; k < group->n_variable && group->depth <= MAPPING_DEPTH_MAX; k++)
        if (is_given(x, &x->c->s->dictionary->variable[group->variable[k]])) return true;
    return false;
}

static void note_paths(struct export *x, const struct record *r)
{
    for (group_id g = 0; g < x->form->n_group; g++) {
        if (!has_columns(x, g)) continue;
        for (uint32_t row = 0; row < r->table[g].n_row; row++) {
            struct path p = path_of(r, g, row);
            if (is_shown(x, &p)) add_path(&x->paths[g], p);
        }
    }
}

static code_id code_in(const struct dictionary *d, const char *list, const char *code)
{
    const struct codelist *l = dictionary_list(d, text_of(list));
    return l == NULL || code == NULL ? CODE_NONE : codelist_find(l, text_of(code));
}

/* Whether there is something to mend: what the rules say of the record today. */
static bool is_faulty(struct export *x, struct record *r)
{
    const struct dictionary *d = x->c->s->dictionary;
    struct findings f;
    struct arena *scratch = arena_new(ARENA_WIPE);
    findings_init(&f, x->scratch);
    record_set_supplier(r, code_in(d, "CL_ORGANISATION", x->organisation.code),
                        code_in(d, "CL_ORGTYPE", x->organisation.type));
    record_validate(r, &f, day_today(), scratch);
    bool faulty = f.n > 0;
    findings_release(&f);
    arena_free(scratch);
    return faulty;
}

static bool take_record(struct export *x, const struct record_meta *m, struct err *e)
{
    struct record r;
    struct record_meta now;
    struct arena_mark mark = arena_mark(x->scratch);
    if (x->batch_no != 0 && m->batch_no != x->batch_no) return true;
    if (!store_record_load(&r, &now, x->c->s->store, call_whose(x->c), text_of(m->code),
                           m->version_no, x->scratch, e))
        return false;
    note_paths(x, &r);
    bool wanted = !x->with_findings || is_faulty(x, &r);
    arena_rewind(x->scratch, mark);
    if (!wanted) return true;
    if (x->n_record == EXPORT_RECORDS_MAX) {
        err_set(e, ERR_LIMIT, "export.too_many", "a workbook holds at most %d records",
                EXPORT_RECORDS_MAX);
        return err_remedy(e, "ask for one batch, or for the records with something to mend");
    }
    MEM_GROW(x->record, x->cap_record, x->n_record + 1);
    struct chosen *to = &x->record[x->n_record++];
    memcpy(to->code, m->code, sizeof to->code);
    to->version_no = m->version_no;
    return true;
}

static bool collect(struct export *x, struct err *e)
{
    struct record_meta *meta;
    size_t n;
    uint64_t after = 0;
    do {
        struct arena_mark mark = arena_mark(x->c->arena);
        if (!store_record_list(&meta, &n, x->c->s->store, x->form->id,
                               call_whose_of(x->c, x->organisation.organisation_no), after,
                               LIST_PAGE, x->c->arena, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            after = meta[i].record_no;
            if (!take_record(x, &meta[i], e)) return false;
        }
        arena_rewind(x->c->arena, mark);
    } while (n == LIST_PAGE);
    if (x->n_record > 0) return true;
    err_set(e, ERR_NOT_FOUND, "export.nothing", "there is no such record to be corrected");
    return err_remedy(e, "choose another form or batch, or all records");
}

/* ---- columns ---- */

static int by_path(const void *a, const void *b)
{
    const struct path *x = a, *y = b;
    for (size_t i = 0; i < MAPPING_DEPTH_MAX; i++)
        if (x->at[i] != y->at[i]) return x->at[i] < y->at[i] ? -1 : 1;
    return 0;
}

static uint16_t own_columns(const struct export *x)
{
    return x->blank ? 0 : OWN_COLUMNS;
}

typedef void column_fn(struct export *x, uint16_t column, const struct variable *v,
                       const struct path *p, void *ctx);

/* Calls fn for each column, in order; gives how many there are. */
static size_t each_column(struct export *x, column_fn *fn, void *ctx)
{
    const struct dictionary *d = x->c->s->dictionary;
    size_t n = own_columns(x);
    for (group_id g = 0; g < x->form->n_group; g++) {
        const struct group *group = &x->form->group[g];
        for (size_t i = 0; i < x->paths[g].n; i++) {
            if (!is_shown(x, &x->paths[g].item[i])) continue;
            for (size_t k = 0; k < group->n_variable; k++) {
                const struct variable *v = &d->variable[group->variable[k]];
                if (!is_given(x, v)) continue;
                if (fn != NULL) fn(x, (uint16_t)n, v, &x->paths[g].item[i], ctx);
                n++;
            }
        }
    }
    return n;
}

/* Every repeat has a first instance to be filled; of long ones as many are shown as a file may have
 * columns. */
static bool make_columns(struct export *x, struct err *e)
{
    for (group_id g = 0; g < x->form->n_group; g++) {
        if (has_columns(x, g)) add_path(&x->paths[g], (struct path){{0}});
        if (x->paths[g].n > 1)
            qsort(x->paths[g].item, x->paths[g].n, sizeof *x->paths[g].item, by_path);
    }
    while (x->instances_max > 1 && each_column(x, NULL, NULL) > CSV_COLUMN_MAX) x->instances_max--;
    if (each_column(x, NULL, NULL) <= CSV_COLUMN_MAX) return true;
    return err_set(e, ERR_LIMIT, "export.columns", "the form has more than %d columns",
                   CSV_COLUMN_MAX);
}

static void put(struct export *x, uint16_t column, const char *text, enum xlsx_style style)
{
    xlsx_write_text(x->book, x->line, column, text_of(text), style);
}

static void put_name(struct export *x, uint16_t column, const struct variable *v,
                     const struct path *p, void *ctx)
{
    struct mapping_target t = {.var = v->id};
    (void)ctx;
    memcpy(t.instance, p->at, sizeof t.instance);
    buf_clear(&x->text);
    mapping_put_path(&x->text, &t, x->c->s->dictionary, x->form);
    xlsx_write_text(x->book, x->line, column, buf_text(&x->text), XLSX_HEAD);
}

static void put_label(struct export *x, uint16_t column, const struct variable *v,
                      const struct path *p, void *ctx)
{
    (void)p;
    (void)ctx;
    put(x, column, words_in(&v->label, x->c->language, v->name), XLSX_NOTE);
    xlsx_write_width(x->book, column, 18);
}

/* ---- answers in words ---- */

static const char *missing_label(const struct export *x, enum missing m)
{
    const struct codelist *l = dictionary_list(x->c->s->dictionary, TEXT("CL_MISSING"));
    code_id c = l == NULL ? CODE_NONE : codelist_find(l, text_of(missing_code(m)));
    return c == CODE_NONE ? missing_code(m)
                          : words_in(&l->code[c].label, x->c->language, l->code[c].name);
}

static void put_label_of(struct export *x, const struct codelist *l, code_id c)
{
    buf_puts(&x->text, words_in(&l->code[c].label, x->c->language, l->code[c].name));
}

/* Into x->text: the answer in words, where reading them gives the same answer again, else as the
 * register writes it. */
static void put_answer(struct export *x, const struct variable *v, const struct value *value)
{
    const struct dictionary *d = x->c->s->dictionary;
    const struct codelist *l = v->list == LIST_NONE ? NULL : d->list[v->list];
    struct arena_mark mark = arena_mark(x->scratch);
    struct value back;
    buf_clear(&x->text);
    if (value->kind == VALUE_CODE && l != NULL) put_label_of(x, l, value->code);
    for (size_t i = 0; value->kind == VALUE_CODES && l != NULL && i < value->n_code; i++) {
        if (i > 0) buf_puts(&x->text, "; ");
        put_label_of(x, l, value->codes[i]);
    }
    if (value->kind == VALUE_MISSING)
        buf_puts(&x->text, missing_label(x, (enum missing)value->missing));
    bool same = x->text.n > 0 &&
                value_read(&back, d, v->id, buf_text(&x->text), DATE_ISO, day_today(),
                           x->scratch) == VALUE_READ_OK &&
                value_equal(&back, value);
    if (!same) {
        buf_clear(&x->text);
        value_text(&x->text, d, v->id, value);
    }
    arena_rewind(x->scratch, mark);
}

/* ---- rows ---- */

static uint32_t row_at(const struct record *r, group_id g, const struct path *p)
{
    if (g == 0) return 0;
    uint32_t parent = row_at(r, r->form->group[g].parent, p),
             n = p->at[r->form->group[g].depth - 1];
    const struct record_table *t = &r->table[g];
    for (uint32_t i = 0; parent != UINT32_MAX && i < t->n_row; i++)
        if (t->parent[i] == parent && n-- == 0) return i;
    return UINT32_MAX;
}

static void put_value(struct export *x, uint16_t column, const struct variable *v,
                      const struct path *p, void *ctx)
{
    const struct record *r = ctx;
    uint32_t row = row_at(r, v->group, p);
    if (row == UINT32_MAX) return;
    const struct value *value = record_get(r, v->id, row);
    if (value->kind == VALUE_EMPTY || (v->privacy & PRIVACY_D) != 0) return;
    if (value->kind == VALUE_INTEGER) {
        xlsx_write_number(x->book, x->line, column, (double)value->integer, XLSX_PLAIN);
        return;
    }
    put_answer(x, v, value);
    xlsx_write_text(x->book, x->line, column, buf_text(&x->text), XLSX_PLAIN);
}

static void count_left_out(struct export *x, const struct record *r)
{
    for (group_id g = 1; g < x->form->n_group; g++) {
        if (!has_columns(x, g)) continue;
        for (uint32_t row = 0; row < r->table[g].n_row; row++) {
            struct path p = path_of(r, g, row);
            x->n_left_out += !is_shown(x, &p);
        }
    }
}

static bool write_row(struct export *x, const struct chosen *one, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct arena_mark mark = arena_mark(x->scratch);
    if (!store_record_load(&r, &m, x->c->s->store, call_whose(x->c), text_of(one->code),
                           one->version_no, x->scratch, e))
        return false;
    put(x, 0, one->code, XLSX_PLAIN);
    xlsx_write_number(x->book, x->line, 1, one->version_no, XLSX_PLAIN);
    (void)each_column(x, put_value, &r);
    count_left_out(x, &r);
    arena_rewind(x->scratch, mark);
    x->line++;
    return true;
}

/* ---- the other sheets ---- */

typedef void answer_fn(struct export *x, const struct variable *v, const char *code,
                       const struct value *value);

/* Calls fn (NULL: none) for each answer that may be given today; gives how many there are. */
static uint32_t each_answer(struct export *x, const struct variable *v, answer_fn *fn)
{
    const struct codelist *l = x->c->s->dictionary->list[v->list];
    uint32_t n = 0;
    for (code_id k = 0; k < l->n_code; k++) {
        struct value value = {.kind = VALUE_CODE, .code = k};
        if (v->type == VARIABLE_CODES)
            value = (struct value){.kind = VALUE_CODES, .n_code = 1, .codes = &k};
        if (!codelist_valid_on(l, k, day_today())) continue;
        if (fn != NULL) fn(x, v, l->code[k].name, &value);
        n++;
    }
    for (int m = MISSING_NONE + 1; v->missing_allowed && missing_code((enum missing)m) != NULL;
         m++) {
        const struct value value = {.kind = VALUE_MISSING, .missing = (uint8_t)m};
        if (fn != NULL) fn(x, v, missing_code((enum missing)m), &value);
        n++;
    }
    return n;
}

static void put_choice(struct export *x, const struct variable *v, const char *code,
                       const struct value *value)
{
    put(x, 0, v->name, XLSX_PLAIN);
    put(x, 1, code, XLSX_PLAIN);
    put_answer(x, v, value);
    xlsx_write_text(x->book, x->line, 2, buf_text(&x->text), XLSX_PLAIN);
    x->line++;
}

static bool has_choices(const struct export *x, const struct variable *v)
{
    return v->form == x->form->id && v->list != LIST_NONE && is_given(x, v);
}

/* Where the answers of each variable will stand. */
static void place_choices(struct export *x)
{
    const struct dictionary *d = x->c->s->dictionary;
    uint32_t line = 1;
    x->choices_at = ARENA_ARRAY(x->c->arena, uint32_t, d->n_variable);
    for (size_t i = 0; i < d->n_variable; i++) {
        x->choices_at[i] = line;
        if (has_choices(x, &d->variable[i])) line += each_answer(x, &d->variable[i], NULL);
    }
}

static void offer(struct export *x, uint16_t column, const struct variable *v, const struct path *p,
                  void *ctx)
{
    (void)p;
    (void)ctx;
    uint32_t n = has_choices(x, v) ? each_answer(x, v, NULL) : 0, at = x->choices_at[v->id];
    if (n == 0) return;
    const struct xlsx_choices c = {.column = column,
                                   .first = HEAD_ROWS,
                                   .last = x->line + NEW_ROWS,
                                   .sheet = "choices",
                                   .of_column = 2,
                                   .from = at,
                                   .to = at + n - 1,
                                   .hint = v->type == VARIABLE_CODES
                                               ? tr("Several answers: write them with ; between.")
                                               : NULL};
    xlsx_write_choices(x->book, &c);
}

static bool write_data(struct export *x, struct err *e)
{
    if (!xlsx_write_sheet(x->book, "data", e)) return false;
    x->line = 0;
    place_choices(x);
    xlsx_write_freeze(x->book, HEAD_ROWS, own_columns(x));
    if (!x->blank) {
        xlsx_write_width(x->book, 0, 16);
        put(x, 0, "_id", XLSX_HEAD);
        put(x, 1, "_version", XLSX_HEAD);
    }
    (void)each_column(x, put_name, NULL);
    x->line = 1;
    if (!x->blank) {
        put(x, 0, tr("Record"), XLSX_NOTE);
        put(x, 1, tr("Version"), XLSX_NOTE);
    }
    (void)each_column(x, put_label, NULL);
    x->line = HEAD_ROWS;
    for (size_t i = 0; i < x->n_record; i++)
        if (!write_row(x, &x->record[i], e)) return false;
    (void)each_column(x, offer, NULL);
    return true;
}

static bool write_choices(struct export *x, struct err *e)
{
    const struct dictionary *d = x->c->s->dictionary;
    if (!xlsx_write_sheet(x->book, "choices", e)) return false;
    x->line = 0;
    xlsx_write_freeze(x->book, 1, 0);
    xlsx_write_width(x->book, 0, 28);
    xlsx_write_width(x->book, 2, 60);
    put(x, 0, tr("Column"), XLSX_HEAD);
    put(x, 1, tr("Code"), XLSX_HEAD);
    put(x, 2, tr("Meaning"), XLSX_HEAD);
    x->line = 1;
    for (size_t i = 0; i < d->n_variable; i++) {
        const struct variable *v = &d->variable[i];
        assert(!has_choices(x, v) || x->line == x->choices_at[i]);
        if (has_choices(x, v)) (void)each_answer(x, v, put_choice);
    }
    return true;
}

static void put_about(struct export *x, const char *name, const char *value)
{
    put(x, 0, name, XLSX_PLAIN);
    put(x, 1, value == NULL ? "" : value, XLSX_PLAIN);
    x->line++;
}

/* What a person needs to know to correct it, and whose copy this is (S57). */
static bool write_meta(struct export *x, struct err *e)
{
    const struct call *c = x->c;
    const struct dictionary *d = c->s->dictionary;
    if (!xlsx_write_sheet(x->book, "_meta", e)) return false;
    x->line = 0;
    xlsx_write_width(x->book, 0, 24);
    xlsx_write_width(x->book, 1, 90);
    char hash[17];
    crypto_hex(hash, d->hash, 8);
    put_about(x, "form", x->form->name);
    put_about(x, "dictionary", hash);
    put_about(x, "language", d->language[c->language]);
    put_about(x, "at", x->at);
    if (!x->blank) {
        put_about(x, "organisation", x->organisation.code);
        put_about(x, "export", x->code);
        put_about(x, "by", c->who.actor);
        put_about(x, "purpose", c->event.purpose);
        if (x->recipient.pem.n > 0) put_about(x, "recipient", x->recipient.is.fingerprint);
        put_about(
            x, "",
            tr("A cell that is left empty changes nothing. [CLEAR] empties an answer. Leave the "
               "columns _id and _version as they are; a row without _id is a new record."));
    }
    put_about(x, "",
              tr("Cells of questions with a list offer its answers; a code may be typed as well."));
    if (!x->blank)
        put_about(x, "",
                  tr("Columns of names and other direct identifiers are empty; what is filled in "
                     "there is imported."));
    put_about(x, "", tr("This file holds data of persons. Delete it when it has been imported."));
    return true;
}

/* ---- the file ---- */

static bool write_sheets(struct export *x, struct err *e)
{
    struct store *st = x->c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok = write_data(x, e);
    store_rollback(st);
    return ok && write_choices(x, e) && write_meta(x, e);
}

static bool write_book(struct export *x, const char *path, struct err *e)
{
    if (!xlsx_write_open(&x->book, path, "DCIM", e)) return false;
    if (!write_sheets(x, e)) {
        xlsx_write_abandon(x->book);
        return false;
    }
    return xlsx_write_close(x->book, e);
}

/* The workbook by way of a file in a private folder, encrypted where a recipient was named. */
static bool make_file(struct export *x, struct buf *file, const char *folder, struct err *e)
{
    const char *path = arena_printf(x->c->arena, "%s/%s.xlsx", folder, x->code);
    bool ok = write_book(x, path, e) && file_read(file, path, FILE_BYTES_MAX, e) &&
              recipient_seal(&x->recipient, file, x->c, e);
    (void)unlink(path);
    return ok;
}

/* In memory where the desk has such a place (S12); a repository worked on at this machine names
 * none, and then its file was named. */
static bool give_file(struct export *x, struct err *e)
{
    struct call *c = x->c;
    struct buf file, text;
    if (c->s->options.scratch == NULL) {
        err_set(e, ERR_USAGE, "export.output", "no file was named to write to");
        return err_remedy(e, "name it with --output");
    }
    buf_init_wiped(&file, FILE_BYTES_MAX);
    buf_init_wiped(&text, 2 * (size_t)FILE_BYTES_MAX);
    bool ok = make_file(x, &file, c->s->options.scratch, e);
    if (ok) {
        base64_put(&text, buf_text(&file));
        json_set(c->out, "base64", json_text(buf_text(&text)));
    }
    buf_release(&file);
    buf_release(&text);
    return ok;
}

static bool write_file(struct export *x, const char *path, struct err *e)
{
    struct work_folder work;
    struct buf file;
    if (x->recipient.pem.n == 0) return write_book(x, path, e);
    if (!work_folder_beside(&work, path, e)) return false;
    buf_init_wiped(&file, FILE_BYTES_MAX);
    bool ok = make_file(x, &file, work.path, e) && file_write(path, buf_text(&file), e);
    buf_release(&file);
    work_folder_end(&work);
    return ok;
}

static bool settle_organisation(struct export *x, struct err *e)
{
    struct call *c = x->c;
    const char *code = json_get_text(c->in, "organisation", "");
    if (code[0] == '\0' && c->who.organisation != NULL) code = c->who.organisation;
    if (code[0] == '\0') {
        err_set(e, ERR_USAGE, "export.organisation", "nobody has said whose records");
        return err_remedy(e, "name the organisation whose records are to be corrected");
    }
    if (!store_organisation_find(&x->organisation, c->s->store, text_of(code), c->arena, e))
        return false;
    if (call_sees_organisation(c, x->organisation.organisation_no)) return true;
    return err_set(e, ERR_DENIED, "import.organisation",
                   "records of another organisation are not yours to import");
}

static bool choose(struct export *x, struct err *e)
{
    struct call *c = x->c;
    char code[UPLOAD_CODE + 1];
    if (!call_form(&x->form, c, "form", e) || !store_begin(c->s->store, false, e)) return false;
    x->paths = mem_new(x->form->n_group, sizeof *x->paths);
    x->instances_max = MAPPING_INSTANCE_MAX;
    x->batch_no = json_get_int(c->in, "batch", 0);
    x->with_findings = json_get_bool(c->in, "findings", false);
    upload_code_new(code);
    x->code = arena_copy(c->arena, code, strlen(code));
    instant_format(x->at, instant_now());
    bool ok = settle_organisation(x, e) && recipient_settle(&x->recipient, c, e) && collect(x, e);
    store_rollback(c->s->store);
    return ok && make_columns(x, e);
}

static void add_detail(struct json *list, const char *label, const char *value)
{
    struct json *row = json_object();
    json_set_text(row, "label", label);
    json_set_text(row, "value", value);
    json_push(list, row);
}

static void hash_name(struct export *x, uint16_t column, const struct variable *v,
                      const struct path *p, void *ctx)
{
    (void)x;
    (void)column;
    (void)p;
    crypto_hasher_add(ctx, v->name, strlen(v->name) + 1);
}

/* More than a few persons leave the register only with a second person's consent, which is bound to
 * all of this (S56). */
static bool approved(struct export *x, struct err *e)
{
    struct call *c = x->c;
    struct crypto_hasher h;
    uint8_t columns[CRYPTO_HASH];
    char hex[2 * 8 + 1];
    crypto_hasher_init(&h, NULL);
    size_t n = each_column(x, hash_name, &h);
    crypto_hasher_finish(&h, columns);
    crypto_hex(hex, columns, 8);
    struct json *details = json_array();
    add_detail(details, N_("Form"), x->form->name);
    add_detail(details, N_("Organisation"), x->organisation.code);
    add_detail(details, N_("Batch"),
               x->batch_no == 0 ? "–" : arena_printf(c->arena, "%lld", (long long)x->batch_no));
    add_detail(details, N_("Only records with something to mend"), x->with_findings ? "✓" : "–");
    add_detail(details, N_("Columns"), arena_printf(c->arena, "%zu (%s)", n, hex));
    add_detail(details, N_("Encrypted to"),
               x->recipient.pem.n == 0
                   ? "–"
                   : arena_printf(c->arena, "%s (SHA-256 %s)", x->recipient.is.name,
                                  x->recipient.is.fingerprint));
    struct approval_need need = {.what = N_("Workbook of records, without direct identifiers"),
                                 .details = details,
                                 .persons = (int64_t)x->n_record,
                                 .identifiers = false};
    bool ok = call_require_approval(c, &need, e);
    json_free(details);
    return ok;
}

/* Each export has an order of rows of its own, by which a copy is known whatever was taken out of
 * it (S57): that of hashes of its code and those of the records. */
struct ordered {
    struct chosen one;
    uint8_t key[CRYPTO_SHORT];
};

static int by_key(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    return memcmp(x->key, y->key, sizeof x->key);
}

static void mark_by_order(struct export *x)
{
    struct ordered *all = mem_new(x->n_record, sizeof *all);
    for (size_t i = 0; i < x->n_record; i++) {
        all[i].one = x->record[i];
        export_order_key(all[i].key, x->code, x->record[i].code);
    }
    qsort(all, x->n_record, sizeof *all, by_key);
    for (size_t i = 0; i < x->n_record; i++) x->record[i] = all[i].one;
    mem_free(all);
}

static bool hand_out(struct export *x, struct err *e)
{
    struct call *c = x->c;
    const char *output = json_get_text(c->in, "output", "");
    c->event.object_type = "export";
    c->event.object_id = x->code;
    c->event.organisation = x->organisation.code;
    c->event.count = (int64_t)x->n_record;
    if (output[0] != '\0' && !file_place_to_write(output, e)) return false;
    if (!call_entry_first(c, e)) return false;
    bool ok = output[0] != '\0' ? write_file(x, output, e) : give_file(x, e);
    if (!ok) return false;
    bool sealed = x->recipient.pem.n > 0;
    if (output[0] != '\0') json_set_text(c->out, "written", output);
    json_set_text(c->out, "name",
                  arena_printf(c->arena, "%s-%s-%.10s.xlsx%s", x->form->name, x->organisation.code,
                               x->at, sealed ? RECIPIENT_SUFFIX : ""));
    json_set_text(c->out, "type", sealed ? RECIPIENT_TYPE : WORKBOOK_TYPE);
    json_set_int(c->out, "records", (int64_t)x->n_record);
    json_set_int(c->out, "columns", (int64_t)each_column(x, NULL, NULL));
    json_set_int(c->out, "left_out", x->n_left_out);
    return true;
}

static void release(struct export *x)
{
    for (size_t g = 0; x->paths != NULL && g < x->form->n_group; g++) mem_free(x->paths[g].item);
    mem_free(x->paths);
    mem_free(x->record);
    buf_release(&x->text);
    arena_free(x->scratch);
}

bool op_export_workbook(struct call *c, struct err *e)
{
    struct export x = {.c = c, .scratch = arena_new(ARENA_WIPE)};
    buf_init_wiped(&x.text, TEXT_BYTES_MAX);
    bool ok = choose(&x, e) && recipient_suffices(&x.recipient, c, (int64_t)x.n_record, e) &&
              approved(&x, e);
    if (ok) mark_by_order(&x);
    ok = ok && hand_out(&x, e);
    release(&x);
    return ok;
}

/* ---- one without records ---- */

bool op_export_blank(struct call *c, struct err *e)
{
    struct export x = {.c = c,
                       .blank = true,
                       .instances_max = MAPPING_INSTANCE_MAX,
                       .scratch = arena_new(ARENA_WIPE)};
    char code[UPLOAD_CODE + 1];
    const char *output = json_get_text(c->in, "output", "");
    buf_init_wiped(&x.text, TEXT_BYTES_MAX);
    bool ok = call_form(&x.form, c, "form", e);
    if (ok) {
        upload_code_new(code);
        x.code = arena_copy(c->arena, code, strlen(code));
        x.paths = mem_new(x.form->n_group, sizeof *x.paths);
        instant_format(x.at, instant_now());
    }
    ok = ok && (output[0] == '\0' || file_place_to_write(output, e)) && make_columns(&x, e) &&
         (output[0] != '\0' ? write_book(&x, output, e) : give_file(&x, e));
    if (ok) {
        if (output[0] != '\0') json_set_text(c->out, "written", output);
        json_set_text(c->out, "name", arena_printf(c->arena, "%s.xlsx", x.form->name));
        json_set_text(c->out, "type", WORKBOOK_TYPE);
        json_set_int(c->out, "columns", (int64_t)each_column(&x, NULL, NULL));
    }
    release(&x);
    return ok;
}
