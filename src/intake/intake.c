/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/intake.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "intake/row_build.h"
#include "intake/source.h"
#include "model/validate.h"

#include <string.h>

enum { POSITION_BYTES = 8 };

struct intake {
    struct intake_options options;
    struct source *source;
    struct mapping mapping;
    struct row_builder *builder;
    struct arena *arena;      /* of the file */
    struct arena *row_arena;  /* of the row: identifiers pass, so it wipes */
    struct arena *scratch;
    struct arena_mark row_mark;
    struct record record;
    struct findings findings;
    uint8_t sha256[32];
};

static bool read_header(struct intake *in, struct text **header, size_t *n, struct err *e)
{
    struct source_cells row;
    bool found;
    if (!source_next(in->source, &row, &found, e)) return false;
    if (!found) return err_set(e, ERR_INPUT, "import.empty", "the file has no row");
    *header = ARENA_ARRAY(in->arena, struct text, row.n_cell);
    *n = row.n_cell;
    for (size_t i = 0; i < row.n_cell; i++)
        (*header)[i] = (struct text){arena_copy(in->arena, row.cell[i].p, row.cell[i].n), row.cell[i].n};
    return true;
}

static bool make_mapping(struct intake *in, const struct text *header, size_t n, struct problems *p, struct err *e)
{
    const struct intake_options *o = &in->options;
    if (o->mapping.n > 0)
        return mapping_load(&in->mapping, o->dictionary, o->form, o->mapping, header, n, in->arena, p, e);
    return mapping_guess(&in->mapping, o->dictionary, o->form, header, n, in->arena, e);
}

/* References made from the position name the exact file: the same file again gives the same ones, another never does. */
static void make_builder(struct intake *in)
{
    const struct intake_options *o = &in->options;
    char *position = arena_take(in->arena, 2 * POSITION_BYTES + 1, 1);
    crypto_hex(position, in->sha256, POSITION_BYTES);
    in->builder = row_builder_new(&in->mapping, o->dictionary, o->date_order, o->date_order == DATE_ISO, o->today,
                                  position);
    record_init(&in->record, o->dictionary, o->form, in->row_arena);
    in->row_mark = arena_mark(in->row_arena);
    findings_init(&in->findings, in->row_arena);
}

bool intake_open(struct intake **out, const struct intake_options *o, struct problems *p, struct err *e)
{
    struct intake *in = mem_new(1, sizeof *in);
    struct text *header;
    size_t n;
    in->options = *o;
    in->arena = arena_new(ARENA_PLAIN);
    in->row_arena = arena_new(ARENA_WIPE);
    in->scratch = arena_new(ARENA_WIPE);
    struct source_options so = {.path = o->path, .csv = o->csv,
                                .sheet = arena_copy(in->arena, o->sheet.p, o->sheet.n),
                                .converter = arena_copy(in->arena, o->converter.p, o->converter.n)};
    if (!source_open(&in->source, &so, e)) goto fail;
    if (!file_sha256(in->sha256, o->path, e)) goto fail;
    if (!read_header(in, &header, &n, e)) goto fail;
    if (!make_mapping(in, header, n, p, e)) goto fail;
    make_builder(in);
    *out = in;
    return true;
fail:
    intake_close(in);
    return false;
}

void intake_close(struct intake *in)
{
    if (in == NULL) return;
    row_builder_free(in->builder);
    mapping_release(&in->mapping);
    source_close(in->source);
    if (in->builder != NULL) findings_release(&in->findings);
    arena_free(in->scratch);
    arena_free(in->row_arena);
    arena_free(in->arena);
    mem_free(in);
}

/* Findings of the validation know variable and instance; say which column of the file that was. */
static void add_columns(struct intake *in, size_t from, uint64_t row)
{
    for (size_t i = from; i < in->findings.n; i++) {
        struct finding *f = &in->findings.item[i];
        f->row = row;
        if (f->var != VAR_NONE && f->column == 0) f->column = row_builder_column(in->builder, f->var, f->instance);
    }
}

static void check_shape(struct intake *in, const struct source_cells *cells)
{
    for (size_t i = in->mapping.n_header; i < cells->n_cell; i++) {
        if (text_trim(cells->cell[i]).n == 0) continue;
        rule_id id = finding_builtin(in->options.dictionary, BUILTIN_SHAPE);
        findings_add(&in->findings, (struct finding){.rule = id, .row = cells->row, .column = (uint32_t)i + 1,
                                                     .level = in->options.dictionary->rule[id].severity,
                                                     .var = VAR_NONE});
        return;
    }
}

static struct text reference_of(struct intake *in, uint64_t row)
{
    const struct form *f = in->options.form;
    if (f->reference != VAR_NONE) {
        const struct value *v = record_get(&in->record, f->reference, 0);
        if (v->kind == VALUE_TEXT && v->text.n > 0) return v->text;
    }
    rule_id id = finding_builtin(in->options.dictionary, BUILTIN_REFERENCE);
    findings_add(&in->findings, (struct finding){.rule = id, .row = row, .var = f->reference,
                                                 .level = in->options.dictionary->rule[id].severity});
    return (struct text){"", 0};
}

bool intake_next(struct intake *in, struct intake_row *out, bool *found, struct err *e)
{
    struct source_cells cells;
    if (!source_next(in->source, &cells, found, e)) return false;
    if (!*found) return true;
    record_clear(&in->record);
    findings_clear(&in->findings);
    arena_rewind(in->row_arena, in->row_mark);
    check_shape(in, &cells);
    row_build(in->builder, &in->record, &in->findings, &cells, in->row_arena);
    struct text reference = reference_of(in, cells.row);
    size_t n = in->findings.n;
    record_validate(&in->record, &in->findings, in->options.today, in->scratch);
    add_columns(in, n, cells.row);
    *out = (struct intake_row){.row = cells.row, .record = &in->record, .reference = reference,
                               .findings = &in->findings, .cell = cells.cell, .n_cell = cells.n_cell};
    return true;
}

const struct dictionary *intake_dictionary(const struct intake *in)
{
    return in->options.dictionary;
}

const struct mapping *intake_mapping(const struct intake *in)
{
    return &in->mapping;
}

struct json *intake_description(const struct intake *in)
{
    struct json *out = json_object();
    char hash[2 * sizeof in->sha256 + 1];
    crypto_hex(hash, in->sha256, sizeof in->sha256);
    source_describe(in->source, out);
    json_set_text(out, "sha256", hash);
    json_set_int(out, "columns", (int64_t)in->mapping.n_header);
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
    return in->sha256;
}
