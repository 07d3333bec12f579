/* SPDX-License-Identifier: EUPL-1.2 */
/* Mappings kept for an organisation and a form: used for an upload, saved from one, removed.
 * Columns go by their names there, and by their places in an upload. */
#include "service/import_call.h"

#include "base/date.h"
#include "store/saved_mapping.h"

#include <string.h>

struct about { /* what an upload is about */
    struct upload_view view;
    const struct form *form;
    struct organisation organisation;
};

/* The upload, its form and its organisation, both of which are the caller's. */
static bool begin(struct about *b, struct call *c, struct err *e)
{
    *b = (struct about){.view = {.file = -1}};
    if (!call_upload(&b->view, c, e)) return false;
    const char *form = json_get_text(b->view.choices, "form", ""),
               *organisation = json_get_text(b->view.choices, "organisation", "");
    b->form = dictionary_form(c->s->dictionary, text_of(form));
    if (b->form == NULL) {
        err_set(e, ERR_CONFLICT, "upload.no_form",
                "nobody has said yet of which form the rows are");
        return err_remedy(e, "begin the import again");
    }
    if (!call_may_read_form(c, b->form, e) ||
        !store_organisation_find(&b->organisation, c->s->store, text_of(organisation), c->arena, e))
        return false;
    if (call_sees_organisation(c, b->organisation.organisation_no)) return true;
    return err_set(e, ERR_DENIED, "import.organisation",
                   "records of another organisation are not yours to import");
}

/* The file's columns as they would lead now. */
static bool open_columns(struct intake **out, struct call *c, const struct about *b, struct err *e)
{
    struct intake_options o;
    struct upload_view v;
    struct problems problems;
    bool ok = import_options(&o, &v, c, b->form, e);
    problems_init(&problems, c->arena);
    if (ok) o.any_header = true;
    ok = ok && intake_open(out, &o, &problems, e);
    problems_release(&problems);
    upload_close(&v);
    return ok;
}

static struct json *change_of(size_t column, struct text path, struct text order)
{
    struct json *row = json_object();
    json_set_int(row, "column", (int64_t)column);
    json_set(row, "path", json_text(path));
    json_set(row, "order", json_text(order));
    return row;
}

/* The saved lines for the columns that this file has; a place that the form lacks by now is passed
 * over. */
static struct json *changes_for(const struct mapping *m, const struct dictionary *d,
                                const char *columns, struct arena *a)
{
    struct json *list = json_array();
    struct text rest = text_of(columns), line;
    while (text_split(&rest, '\n', &line)) {
        struct text part[3] = {{"", 0}, {"", 0}, {"", 0}}, left = line;
        struct mapping_target t;
        if (line.n == 0) continue;
        for (size_t i = 0; i < 3 && text_split(&left, '\t', &part[i]);) i++;
        if (part[1].n > 0 && !mapping_path(&t, d, m->form, part[1])) continue;
        struct text key = mapping_name_key(part[0], a);
        for (size_t i = 0; i < m->n_header; i++)
            if (m->use[i] != MAPPING_RESERVED && text_equal(key, mapping_name_key(m->header[i], a)))
                json_push(list, change_of(i, part[1], part[2]));
    }
    return list;
}

static bool put_use(struct call *c, const struct about *b, const char *columns, struct err *e)
{
    struct intake *in = NULL;
    struct json *choices = json_object();
    bool ok = open_columns(&in, c, b, e);
    if (ok) {
        struct json *list = changes_for(intake_mapping(in), c->s->dictionary, columns, c->arena);
        json_set_int(c->out, "known", (int64_t)json_size(list));
        json_set(choices, "changes", list);
        ok = upload_choose(service_uploads(c->s), c->who.account_no, call_now(c),
                           text_of(json_get_text(c->in, "upload", "")), choices, e);
    }
    intake_close(in);
    json_free(choices);
    return ok;
}

bool op_mapping_use(struct call *c, struct err *e)
{
    struct about b;
    struct saved_mapping *list;
    size_t n;
    const char *name = json_get_text(c->in, "name", "");
    bool found = false, ok = begin(&b, c, e) && store_mapping_list(&list, &n, c->s->store,
                                                                   b.organisation.organisation_no,
                                                                   b.form->name, c->arena, e);
    for (size_t i = 0; ok && i < n && !found; i++) {
        if (strcmp(list[i].name, name) != 0) continue;
        found = true;
        ok = put_use(c, &b, list[i].columns, e);
    }
    upload_close(&b.view);
    json_set(c->out, "upload", json_copy(json_get(c->in, "upload")));
    if (!ok || found) return ok;
    err_set(e, ERR_NOT_FOUND, "mapping.unknown", "there is no saved mapping called %s", name);
    return err_remedy(e, "choose one of the list");
}

/* Tabs and line ends would end a column's line. */
static void put_name(struct buf *out, struct text name)
{
    for (size_t i = 0; i < name.n; i++)
        buf_putc(out, (unsigned char)name.p[i] < 0x20 ? ' ' : name.p[i]);
}

static void put_lines(struct buf *out, const struct mapping *m, const struct dictionary *d)
{
    for (size_t i = 0; i < m->n_header; i++) {
        const struct mapping_target *t = NULL;
        for (size_t k = 0; k < m->n_target && t == NULL; k++)
            if (m->target[k].source == MAPPING_COLUMN && m->target[k].column == i)
                t = &m->target[k];
        if (text_trim(m->header[i]).n == 0 || m->use[i] == MAPPING_RESERVED ||
            (t == NULL && m->use[i] != MAPPING_UNMAPPED))
            continue;
        put_name(out, m->header[i]);
        buf_putc(out, '\t');
        if (t != NULL) mapping_put_path(out, t, d, m->form);
        buf_putc(out, '\t');
        if (t != NULL && t->order_given && t->order != DATE_ISO)
            buf_puts(out, t->order == DATE_DMY ? "dmy" : "mdy");
        buf_putc(out, '\n');
    }
}

bool op_mapping_save(struct call *c, struct err *e)
{
    struct about b;
    struct intake *in = NULL;
    struct buf lines;
    buf_init(&lines, SAVED_MAPPING_BYTES_MAX);
    bool ok = begin(&b, c, e) && open_columns(&in, c, &b, e);
    if (ok) {
        put_lines(&lines, intake_mapping(in), c->s->dictionary);
        buf_putc(&lines, '\0');
        struct saved_mapping m = {.name = json_get_text(c->in, "name", ""),
                                  .columns = lines.p,
                                  .saved_by = c->who.actor,
                                  .saved_at = call_now(c)};
        ok = buf_ok(&lines, e) &&
             store_mapping_save(c->s->store, b.organisation.organisation_no, b.form->name, &m, e);
    }
    c->event.object_type = "mapping";
    c->event.object_id = b.form == NULL ? NULL : b.form->name;
    json_set(c->out, "upload", json_copy(json_get(c->in, "upload")));
    json_set(c->out, "name", json_copy(json_get(c->in, "name")));
    buf_release(&lines);
    intake_close(in);
    upload_close(&b.view);
    return ok;
}

bool op_mapping_forget(struct call *c, struct err *e)
{
    struct about b;
    bool ok =
        begin(&b, c, e) && store_mapping_remove(c->s->store, b.organisation.organisation_no,
                                                b.form->name, json_get_text(c->in, "name", ""), e);
    c->event.object_type = "mapping";
    c->event.object_id = b.form == NULL ? NULL : b.form->name;
    json_set(c->out, "upload", json_copy(json_get(c->in, "upload")));
    json_set(c->out, "name", json_copy(json_get(c->in, "name")));
    upload_close(&b.view);
    return ok;
}
