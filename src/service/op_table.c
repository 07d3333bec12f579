/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables: counted, protected (or, for those who may, handed out raw), written. */
#include "service/table_call.h"

#include "base/date.h"
#include "base/file.h"
#include "model/expr.h"

#include <string.h>

enum { TEXT_LONGEST = 256 * 1024 * 1024 };

static bool add_dimensions(struct table_spec *spec, struct call *c, const struct form *f,
                           const char *parameter, struct err *e)
{
    const struct json *list = json_get(c->in, parameter);
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const struct variable *v;
        if (spec->n_dim == TABLE_DIMS_MAX) {
            err_set(e, ERR_USAGE, "table.dimensions", "a table has at most %d variables",
                    TABLE_DIMS_MAX);
            return err_remedy(e, "make two tables, or use --where to fix a variable");
        }
        if (!call_variable(&v, c, f, text_trim(text_of(json_as_text(json_at(list, i), ""))), e))
            return false;
        spec->dim[spec->n_dim++] = v->id;
    }
    return true;
}

static bool parse(const struct expr **out, struct call *c, const struct form *f, const char *where,
                  struct err *e)
{
    struct expr *x;
    struct expr_problem p = {0};
    if (!expr_parse(&x, c->s->dictionary, f, 0, VAR_NONE, text_of(where), c->arena, &p)) {
        err_set(e, ERR_USAGE, "table.filter", "the filter cannot be read at character %zu: %s",
                p.at + 1, p.message);
        return err_remedy(e, "%s", p.remedy);
    }
    *out = x;
    return true;
}

/* Who sees one organisation's records counts these alone. Persons are put together from records of
 * all organisations, so there they are not for the asking. The given filter has been parsed alone
 * before, so no bracket in it closes ours. */
static bool own_only(struct table_spec *spec, struct call *c, const struct form *f,
                     const char *where, struct err *e)
{
    if (spec->unit != UNIT_RECORDS) {
        err_set(e, ERR_DENIED, "table.own_records",
                "an organisation's own table counts records, not persons");
        return err_remedy(e, "count records");
    }
    const char *own = arena_printf(c->arena, "${organisation} = '%s'",
                                   c->who.organisation == NULL ? "" : c->who.organisation);
    if (spec->where != NULL) own = arena_printf(c->arena, "(%s) and %s", where, own);
    return parse(&spec->where, c, f, own, e);
}

static bool parse_filter(struct table_spec *spec, struct call *c, const struct form *f,
                         struct err *e)
{
    const char *where = json_get_text(c->in, "where", "");
    if (text_trim(text_of(where)).n > 0 &&
        (!parse(&spec->where, c, f, where, e) || !call_may_read_expression(c, spec->where, e)))
        return false;
    return call_sees_all(c) || own_only(spec, c, f, where, e);
}

static bool make_spec(struct table_spec *spec, const struct form **f, struct call *c, struct err *e)
{
    if (!call_form(f, c, "form", e)) return false;
    *spec = (struct table_spec){.today = day_today(), .unit = UNIT_PERSONS};
    if (strcmp(json_get_text(c->in, "count", "persons"), "records") == 0) spec->unit = UNIT_RECORDS;
    if (!add_dimensions(spec, c, *f, "rows", e)) return false;
    spec->n_row_dim = spec->n_dim;
    if (!add_dimensions(spec, c, *f, "columns", e)) return false;
    return parse_filter(spec, c, *f, e);
}

static bool write_output(struct call *c, const struct release *r, const struct table_words *w,
                         struct err *e)
{
    const char *format = json_get_text(c->in, "format", "text"),
               *output = json_get_text(c->in, "output", "");
    json_set(c->out, "table", table_write_json(r, w));
    if (strcmp(format, "xlsx") == 0) {
        if (output[0] == '\0') {
            err_set(e, ERR_USAGE, "table.needs_file",
                    "a workbook cannot be written to the terminal");
            return err_remedy(e, "name a file with --output");
        }
        if (!call_entry_first(c, e) || !table_write_xlsx(output, r, w, e)) return false;
        json_set_text(c->out, "written", output);
        return true;
    }
    struct buf text;
    buf_init(&text, TEXT_LONGEST);
    if (strcmp(format, "csv") == 0) table_write_csv(&text, r, w);
    else if (strcmp(format, "json") == 0) json_write(&text, json_get(c->out, "table"), true);
    else table_write_text(&text, r, w, (size_t)json_get_int(c->in, "width", 0));
    bool ok = buf_ok(&text, e);
    if (ok && output[0] != '\0') {
        ok = call_entry_first(c, e) && file_write(output, buf_text(&text), e);
        if (ok) json_set_text(c->out, "written", output);
    } else if (ok) {
        json_set(c->out, "text", json_text(buf_text(&text)));
    }
    buf_release(&text);
    return ok;
}

static void describe(struct call *c, const struct counted *t)
{
    struct buf fields;
    buf_init(&fields, 1000);
    for (size_t i = 0; i < t->spec.n_dim; i++)
        buf_printf(&fields, "%s%s", i == 0 ? "" : " ",
                   c->s->dictionary->variable[t->spec.dim[i]].name);
    c->event.object_type = "table";
    c->event.object_id = t->form->name;
    c->event.fields = arena_copy(c->arena, buf_text(&fields).p, buf_text(&fields).n);
    c->event.count = (int64_t)t->release.n_cell;
    buf_release(&fields);
}

bool call_threshold(int64_t *out, struct call *c, struct err *e)
{
    int64_t least = dictionary_parameter_int(c->s->dictionary, "disclosure.min_count", 5);
    *out = json_get_int(c->in, "threshold", least);
    if (*out >= least) return true;
    err_set(e, ERR_DENIED, "table.threshold_too_low",
            "the pack does not let counts below %lld be shown", (long long)least);
    return err_remedy(e, "use threshold=%lld or more", (long long)least);
}

bool call_count_spec(struct counted *out, struct snapshot **snapshot, struct call *c, struct err *e)
{
    *out = (struct counted){.form = NULL};
    if (!make_spec(&out->spec, &out->form, c, e)) return false;
    if (!service_snapshot(snapshot, c->s, out->form, e)) return false;
    char made_on[DATE_TEXT_MAX];
    date_format(made_on, date_from_day(out->spec.today));
    out->words =
        (struct table_words){.language = c->language,
                             .made_on = arena_copy(c->arena, made_on, strlen(made_on)),
                             .country = dictionary_pack_value(c->s->dictionary, "country", ""),
                             .n_record = !call_sees_all(c) /* how many others have: S52 */
                                             ? -1
                                             : (int64_t)snapshot_units(*snapshot, UNIT_RECORDS)};
    return true;
}

bool call_count_release(struct counted *out, struct call *c, const struct table *t, struct err *e)
{
    int64_t k = 0;
    if (!call_threshold(&k, c, e) ||
        !release_table(&out->release, t, &(struct protect_rule){.threshold = k}, c->arena, e))
        return false;
    describe(c, out);
    return true;
}

bool call_count(struct counted *out, struct call *c, bool raw, struct err *e)
{
    struct snapshot *snapshot;
    struct table table;
    int64_t k = 0;
    if (!raw && !call_threshold(&k, c, e)) return false; /* before the work */
    if (!call_count_spec(out, &snapshot, c, e)) return false;
    if (!table_count(&table, snapshot, &out->spec, c->arena, e)) return false;
    if (!raw) return call_count_release(out, c, &table, e);
    release_raw(&out->release, &table, c->arena);
    describe(c, out);
    return true;
}

static bool count_table(struct call *c, bool raw, struct err *e)
{
    struct counted t;
    const char *output = json_get_text(c->in, "output", "");
    if (output[0] != '\0' && !file_place_to_write(output, e)) return false;
    return call_count(&t, c, raw, e) && write_output(c, &t.release, &t.words, e);
}

bool op_table_count(struct call *c, struct err *e)
{
    return count_table(c, false, e);
}

bool op_table_raw(struct call *c, struct err *e)
{
    return count_table(c, true, e);
}
