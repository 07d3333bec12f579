/* SPDX-License-Identifier: EUPL-1.2 */
/* The table builder over the desk: its form, a table with its chart, and the table as a file in
 * pieces, for the desk has no file to hand over and a message holds no more than a megabyte. */
#include "service/explore.h"
#include "service/table_file.h"

#include "base/text.h"

#include <string.h>

bool op_explore_variables(struct call *c, struct err *e)
{
    const struct form *f;
    struct json *builder;
    if (!explore_builder(&builder, &f, c, c->in, e)) return false;
    json_set(c->out, "builder", builder);
    return true;
}

/* A button that only changes what is offered asks for no table. */
static bool only_changes(const struct json *in)
{
    const char *act = json_get_text(in, "do", "table");
    return strcmp(act, "table") != 0;
}

static bool show(struct call *c, bool raw, struct err *e)
{
    if (!only_changes(c->in)) return explore_show(c, c->in, raw, true, e);
    c->event.action = AUDIT_NONE;
    return op_explore_variables(c, e);
}

bool op_explore_table(struct call *c, struct err *e)
{
    return show(c, false, e);
}

bool op_explore_raw(struct call *c, struct err *e)
{
    return show(c, true, e);
}

/* ---------------------------------------------------------------- files */

bool op_explore_download(struct call *c, struct err *e)
{
    const char *format = json_get_text(c->in, "format", "xlsx");
    const struct form *f;
    struct json *builder, *p;
    struct counted t;
    if (!explore_builder(&builder, &f, c, c->in, e)) return false;
    json_free(builder);
    if (!explore_parameters(&p, c, f, c->in, e)) return false;
    struct call sub = *c;
    struct buf file;
    sub.in = p;
    buf_init(&file, TABLE_FILE_MAX);
    bool ok = call_count(&t, &sub, false, e) &&
              table_file_make(&file, &sub, &t.release, &t.words, format, e) &&
              table_file_give(c, buf_text(&file), e);
    c->denied = c->denied || sub.denied;
    if (ok) {
        c->event.object_type = "table";
        c->event.object_id = f->name;
        c->event.fields = sub.event.fields;
        c->event.count = sub.event.count;
        json_set_text(c->out, "format", format);
        json_set_text(c->out, "type", table_file_type(format));
        json_set_text(c->out, "name",
                      arena_printf(c->arena, "%s-%s.%s", f->name, t.words.made_on, format));
    }
    buf_release(&file);
    json_free(p);
    return ok;
}
