/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/intake.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "intake/row_build.h"
#include "intake/source.h"
#include "model/expr.h"
#include "model/validate.h"

#include <assert.h>
#include <string.h>

enum { POSITION_BYTES = 8, LABELS_MIN = 2 };

struct intake {
    struct intake_options options;
    struct source *source;
    struct mapping mapping;
    struct row_builder *builder;
    struct arena *arena;     /* of the file */
    struct arena *row_arena; /* of the row: identifiers pass, so it wipes */
    struct arena *scratch;
    struct arena_mark row_mark;
    struct record record, merged;
    struct row_changes changes;
    uint32_t id_column, version_column; /* UINT32_MAX: rows name no records */
    struct findings findings;
    struct source_cells first; /* the first row under the header, when it is still to be given */
    bool has_first, label_row;
    uint64_t header_row;
    code_id organisation, organisation_type; /* of the supplier; CODE_NONE: not known */
    uint64_t n_without;                      /* rows with nothing for the mapping */
    const char *path;
    struct parallel_stage *hashing; /* computes these; NULL when it is done */
    bool hashed;
    uint8_t sha256[32];
    struct err hash_err;
};

/* ---- opening ------------------------------------------------------------------------------- */

static bool propose_mapping(struct intake *in, const struct text *header, size_t n,
                            struct problems *p, struct err *e)
{
    const struct intake_options *o = &in->options;
    if (o->mapping.n > 0)
        return mapping_load(&in->mapping, o->dictionary, o->form, o->mapping, header, n, in->arena,
                            p, e);
    return mapping_guess(&in->mapping, o->dictionary, o->form, header, n, in->arena, e);
}

static bool is_no_header(const struct err *e)
{
    return strcmp(e->id, "mapping.no_column") == 0 || strcmp(e->id, "mapping.nothing") == 0;
}

static bool make_mapping(struct intake *in, const struct text *header, size_t n, bool hidden,
                         struct problems *p, struct err *e)
{
    const struct intake_options *o = &in->options;
    struct err why = {0};
    if (!propose_mapping(in, header, n, p, &why)) {
        bool mend = (o->any_header || o->n_change > 0) && !hidden && is_no_header(&why);
        if (!mend) {
            if (e != NULL) *e = why;
            return false;
        }
        mapping_nothing(&in->mapping, o->form, header, n, in->arena);
    }
    if (!mapping_apply(&in->mapping, o->dictionary, o->change, o->n_change, e)) return false;
    if (in->mapping.n_target > 0 || o->any_header) return true;
    err_set(e, ERR_INPUT, "mapping.nothing", "no column of the file leads anywhere");
    return err_remedy(e, "say for at least one column what it holds");
}

/* The first row is the header. A hidden one may be: HTCDS's spreadsheet hides the names of its
 * columns behind a row of labels; where it is none, the next row is. */
static bool read_header(struct intake *in, struct problems *p, struct err *e)
{
    struct source_cells row;
    bool found, hidden;
    for (;;) {
        if (!source_next_any(in->source, &row, &hidden, &found, e)) return false;
        if (!found) {
            err_set(e, ERR_INPUT, "import.empty", "the file has no row");
            return err_remedy(e, "the first row must hold the names of the columns");
        }
        struct text *header = ARENA_ARRAY(in->arena, struct text, row.n_cell);
        for (size_t i = 0; i < row.n_cell; i++) {
            struct text name = cell_text(row.cell[i]);
            header[i] = (struct text){arena_copy(in->arena, name.p, name.n), name.n};
        }
        in->header_row = row.row;
        struct err why = {0};
        if (make_mapping(in, header, row.n_cell, hidden, p, &why)) return true;
        if (hidden && is_no_header(&why)) continue;
        if (e != NULL) *e = why;
        return false;
    }
}

/* A column that is ours; UINT32_MAX: the file has none. Other tools have an _id of their own, but
 * no _version beside it. */
static uint32_t reserved(const struct intake *in, struct text name)
{
    for (size_t i = 0; i < in->mapping.n_header; i++)
        if (in->mapping.use[i] == MAPPING_RESERVED &&
            text_equal_nocase(in->mapping.header[i], name))
            return (uint32_t)i;
    return UINT32_MAX;
}

/* References made from the position name the exact file: the same file again gives the same ones,
 * another never does. A file that we gave back says in _position what they were. */
static void make_builder(struct intake *in)
{
    const struct intake_options *o = &in->options;
    struct cell_options co = {.order = o->date_order,
                              .ask = o->date_order == DATE_ISO,
                              .today = o->today};
    char *position = arena_take(in->arena, 2 * POSITION_BYTES + 1, 1);
    uint32_t column;
    position[0] = '\0';
    if (in->hashing == NULL) crypto_hex(position, in->sha256, POSITION_BYTES);
    column = reserved(in, TEXT("_position"));
    in->id_column = reserved(in, TEXT("_id"));
    in->version_column = reserved(in, TEXT("_version"));
    if (in->version_column == UINT32_MAX || o->find == NULL) in->id_column = UINT32_MAX;
    in->builder = row_builder_new(&in->mapping, o->dictionary, &co, position, column);
    record_init(&in->record, o->dictionary, o->form, in->row_arena);
    if (in->id_column != UINT32_MAX)
        record_init(&in->merged, o->dictionary, o->form, in->row_arena);
    in->row_mark = arena_mark(in->row_arena);
    findings_init(&in->findings, in->row_arena);
}

/* ---- a row of labels under the header ------------------------------------------------------ */

/* Letters and digits alone. */
static struct text letters_of(struct text t, struct arena *a)
{
    char *p = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i] >= 'A' && t.p[i] <= 'Z' ? (char)(t.p[i] + 32) : t.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
            p[n++] = c;
    }
    return (struct text){p, n};
}

/* The cell says the variable's label, or the column's name in words: First Name under
 * prs_FirstName. */
static bool is_label(const struct intake *in, const struct mapping_target *t, struct text cell)
{
    const struct dictionary *d = in->options.dictionary;
    struct text header = in->mapping.header[t->column], key = mapping_name_key(cell, in->scratch);
    for (size_t k = 0; k < d->n_language; k++) {
        const char *label = d->variable[t->var].label.in[k];
        if (label != NULL && text_equal(key, mapping_name_key(text_of(label), in->scratch)))
            return true;
    }
    struct text letters = letters_of(cell, in->scratch);
    size_t at;
    if (letters.n > 0 && text_equal(letters, letters_of(header, in->scratch))) return true;
    if (letters.n == 0 || !text_find(header, TEXT("_"), &at)) return false;
    return text_equal(letters,
                      letters_of((struct text){header.p + at + 1, header.n - at - 1}, in->scratch));
}

/* More than half of its cells, and at least two, are labels of their columns. */
static bool is_label_row(struct intake *in, const struct source_cells *cells)
{
    size_t n_cell = 0, n_label = 0;
    bool *seen = ARENA_ARRAY(in->arena, bool, in->mapping.n_header);
    for (size_t i = 0; i < in->mapping.n_target; i++) {
        const struct mapping_target *t = &in->mapping.target[i];
        if (t->source != MAPPING_COLUMN || seen[t->column] || t->column >= cells->n_cell) continue;
        struct text cell = cell_text(cells->cell[t->column]);
        seen[t->column] = true;
        if (cell.n == 0) continue;
        struct arena_mark mark = arena_mark(in->scratch);
        n_cell++;
        n_label += is_label(in, t, cell);
        arena_rewind(in->scratch, mark);
    }
    return n_label >= LABELS_MIN && 2 * n_label > n_cell;
}

static bool read_first(struct intake *in, struct err *e)
{
    if (!source_next(in->source, &in->first, &in->has_first, e)) return false;
    if (!in->has_first || !is_label_row(in, &in->first)) return true;
    in->label_row = true;
    in->has_first = false;
    return true;
}

static void hash(void *ctx)
{
    struct intake *in = ctx;
    in->hashed = file_sha256(in->sha256, in->path, &in->hash_err);
}

static bool wait_hash(struct intake *in, struct err *e)
{
    parallel_join(in->hashing);
    in->hashing = NULL;
    if (!in->hashed && e != NULL) *e = in->hash_err;
    return in->hashed;
}

/* Then rows cannot be made before the file's hash is known. */
static bool uses_position(const struct intake *in)
{
    for (size_t i = 0; i < in->mapping.n_target; i++)
        if (in->mapping.target[i].source == MAPPING_POSITION) return true;
    return false;
}

static code_id code_in(const struct dictionary *d, struct text list, struct text code)
{
    const struct codelist *l = dictionary_list(d, list);
    return l == NULL || code.n == 0 ? CODE_NONE : codelist_find(l, code);
}

bool intake_open(struct intake **out, const struct intake_options *o, struct problems *p,
                 struct err *e)
{
    struct intake *in = mem_new(1, sizeof *in);
    in->options = *o;
    in->organisation = code_in(o->dictionary, TEXT("CL_ORGANISATION"), o->organisation);
    in->organisation_type = code_in(o->dictionary, TEXT("CL_ORGTYPE"), o->organisation_type);
    in->arena = arena_new(ARENA_PLAIN);
    in->row_arena = arena_new(ARENA_WIPE);
    in->scratch = arena_new(ARENA_WIPE);
    struct source_options so = {.path = o->path,
                                .by_descriptor = o->by_descriptor,
                                .file = o->file,
                                .csv = o->csv,
                                .sheet = arena_copy(in->arena, o->sheet.p, o->sheet.n),
                                .converter = arena_copy(in->arena, o->converter.p, o->converter.n),
                                .converter_silence_ms = o->converter_silence_ms};
    in->path = arena_copy(in->arena, o->path, strlen(o->path));
    if (!source_open(&in->source, &so, e)) goto fail;
    if (o->sha256 != NULL) {
        memcpy(in->sha256, o->sha256, sizeof in->sha256);
        in->hashed = true;
    } else {
        in->hashing = parallel_start(hash, in);
    }
    if (!read_header(in, p, e) || (uses_position(in) && !wait_hash(in, e))) goto fail;
    make_builder(in);
    if (!read_first(in, e)) goto fail;
    *out = in;
    return true;
fail:
    intake_close(in);
    return false;
}

void intake_close(struct intake *in)
{
    if (in == NULL) return;
    parallel_join(in->hashing);
    if (in->builder != NULL) findings_release(&in->findings);
    row_builder_free(in->builder);
    mapping_release(&in->mapping);
    source_close(in->source);
    arena_free(in->scratch);
    arena_free(in->row_arena);
    arena_free(in->arena);
    mem_free(in);
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Something was already said about this value: what was sent could not be read. */
static bool is_said(const struct findings *f, size_t n, var_id v, uint32_t instance)
{
    for (size_t i = 0; i < n; i++)
        if (f->item[i].var == v && f->item[i].instance == instance &&
            f->item[i].level == SEVERITY_E)
            return true;
    return false;
}

struct unread { /* does a rule read a value that could not be read? */
    const struct findings *findings;
    size_t n;
    bool found;
};

static void look_for_unread(void *ctx, var_id v)
{
    struct unread *u = ctx;
    for (size_t i = 0; i < u->n; i++)
        u->found =
            u->found || (u->findings->item[i].var == v && u->findings->item[i].level == SEVERITY_E);
}

/* What the validation says only because a value could not be read: that it is missing, or that a
 * rule over it does not hold. It is judged when the value is mended. */
static bool is_consequence(const struct intake *in, size_t n, const struct finding *one)
{
    const struct rule *rule = &in->options.dictionary->rule[one->rule];
    if (n == 0) return false;
    if (one->rule == BUILTIN_REQUIRED) return is_said(&in->findings, n, one->var, one->instance);
    if (rule->builtin) return false;
    struct unread u = {.findings = &in->findings, .n = n};
    expr_variables(rule->expression, look_for_unread, &u);
    if (rule->applies != NULL) expr_variables(rule->applies, look_for_unread, &u);
    return u.found;
}

/* Findings of the validation know variable and instance: say which row and column of the file that
 * was. */
static void finish_findings(struct intake *in, size_t from, uint64_t row)
{
    struct findings *f = &in->findings;
    size_t kept = from;
    for (size_t i = from; i < f->n; i++) {
        struct finding one = f->item[i];
        if (is_consequence(in, from, &one)) {
            f->n_error -= one.level == SEVERITY_E;
            continue;
        }
        one.row = row;
        if (one.var != VAR_NONE && one.column == 0)
            one.column = row_builder_column(in->builder, one.var, one.instance);
        f->item[kept++] = one;
    }
    f->n = kept;
}

static void check_shape(struct intake *in, const struct source_cells *cells)
{
    for (size_t i = in->mapping.n_header; i < cells->n_cell; i++) {
        if (text_trim(cells->cell[i]).n == 0) continue;
        struct finding f = finding_of(in->options.dictionary, BUILTIN_SHAPE, VAR_NONE, 0);
        f.row = cells->row;
        f.column = (uint32_t)i + 1;
        findings_add(&in->findings, f);
        return;
    }
}

static struct text reference_of(struct intake *in, uint64_t row)
{
    var_id v = in->options.form->reference;
    if (v != VAR_NONE) {
        const struct value *value = record_get(&in->record, v, 0);
        if (value->kind == VALUE_TEXT && value->text.n > 0) return value->text;
        if (is_said(&in->findings, in->findings.n, v, 0)) return (struct text){"", 0};
    }
    struct finding f = finding_of(in->options.dictionary, BUILTIN_REFERENCE, v, 0);
    f.row = row;
    if (v != VAR_NONE) f.column = row_builder_column(in->builder, v, 0);
    findings_add(&in->findings, f);
    return (struct text){"", 0};
}

static bool next_cells(struct intake *in, struct source_cells *cells, bool *found, struct err *e)
{
    for (;; in->n_without++) {
        *found = in->has_first;
        *cells = in->first;
        in->has_first = false;
        if (!*found && !source_next(in->source, cells, found, e)) return false;
        if (!*found || row_has_values(in->builder, cells)) return true;
    }
}

/* The register's own variables are there while the record is judged. They are not kept with it: the
 * store knows whose it is, and a record does not become another when its organisation does. */
static void validate(struct intake *in, struct record *r, uint64_t row)
{
    size_t n = in->findings.n;
    record_set_supplier(r, in->organisation, in->organisation_type);
    record_validate(r, &in->findings, in->options.today, in->scratch);
    record_set_supplier(r, CODE_NONE, CODE_NONE);
    finish_findings(in, n, row);
}

static struct text cell_at(const struct source_cells *cells, uint32_t column)
{
    return column < cells->n_cell ? cell_text(cells->cell[column]) : (struct text){"", 0};
}

/* The row is new: what its cells say is the record. */
static void make_new(struct intake *in, struct intake_row *out)
{
    out->record = &in->record;
    out->reference = reference_of(in, out->row);
    validate(in, &in->record, out->row);
}

/* The row changes a record. Where it says nothing else than the record does, nothing is judged that
 * is kept already. */
static void change(struct intake *in, struct intake_row *out, const struct intake_known *known)
{
    var_id v = in->options.form->reference;
    record_clear(&in->merged);
    row_merge(in->builder, &in->merged, &in->changes, known->now, known->base);
    out->record = &in->merged;
    out->changes = &in->changes;
    out->stale = known->now != known->base;
    if (v != VAR_NONE && record_get(&in->merged, v, 0)->kind == VALUE_TEXT)
        out->reference = record_get(&in->merged, v, 0)->text;
    if (in->changes.n > 0) validate(in, &in->merged, out->row);
}

static bool find(struct intake *in, struct intake_row *out, struct intake_known *known,
                 const struct source_cells *cells, struct err *e)
{
    int64_t version;
    struct text said = cell_at(cells, in->version_column);
    *known = (struct intake_known){0};
    if (!text_to_int(said, &version) || version < 1 || version > UINT32_MAX) version = 0;
    if (!in->options.find(in->options.find_ctx, known, out->id, (uint32_t)version, in->row_arena,
                          e))
        return false;
    out->match = !known->found         ? INTAKE_UNKNOWN
                 : !known->has_version ? INTAKE_NO_VERSION
                                       : INTAKE_FOUND;
    return true;
}

bool intake_next(struct intake *in, struct intake_row *out, bool *found, struct err *e)
{
    struct source_cells cells;
    struct intake_known known;
    if (!next_cells(in, &cells, found, e)) return false;
    if (!*found) return wait_hash(in, e);
    record_clear(&in->record);
    findings_clear(&in->findings);
    arena_rewind(in->row_arena, in->row_mark);
    *out = (struct intake_row){.row = cells.row,
                               .record = &in->record,
                               .findings = &in->findings,
                               .reference = {"", 0},
                               .id = {"", 0},
                               .remark = {"", 0},
                               .cell = cells.cell,
                               .n_cell = cells.n_cell};
    if (in->id_column != UINT32_MAX) out->id = cell_at(&cells, in->id_column);
    if (out->id.n > 0 && !find(in, out, &known, &cells, e)) return false;
    check_shape(in, &cells);
    row_builder_changes(in->builder, out->id.n > 0);
    row_build(in->builder, &in->record, &in->findings, &cells, in->row_arena);
    if (out->match == INTAKE_NEW) make_new(in, out);
    else if (out->match == INTAKE_FOUND) change(in, out, &known);
    out->position = row_builder_position(in->builder);
    return true;
}

/* ---- about it ------------------------------------------------------------------------------ */

const struct dictionary *intake_dictionary(const struct intake *in)
{
    return in->options.dictionary;
}

const struct mapping *intake_mapping(const struct intake *in)
{
    return &in->mapping;
}

struct json *intake_description(struct intake *in)
{
    struct json *out = json_object();
    char hex[2 * sizeof in->sha256 + 1];
    source_describe(in->source, out);
    if (wait_hash(in, NULL)) {
        crypto_hex(hex, in->sha256, sizeof in->sha256);
        json_set_text(out, "sha256", hex);
    }
    json_set_int(out, "columns", (int64_t)in->mapping.n_header);
    json_set_int(out, "header_row", (int64_t)in->header_row);
    json_set_bool(out, "label_row", in->label_row);
    json_set_int(out, "rows_without_values", (int64_t)in->n_without);
    return out;
}

bool intake_is_workbook(const struct intake *in)
{
    return source_is_workbook(in->source);
}

char intake_separator(const struct intake *in)
{
    return source_separator(in->source);
}

const char *intake_sheet(const struct intake *in)
{
    return source_sheet(in->source);
}

uint64_t intake_bytes_read(const struct intake *in)
{
    return source_bytes_read(in->source);
}

uint64_t intake_bytes_total(const struct intake *in)
{
    return source_bytes_total(in->source);
}

const uint8_t *intake_sha256(const struct intake *in)
{
    assert(in->hashing == NULL && in->hashed);
    return in->sha256;
}
