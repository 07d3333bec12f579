/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/tasks.h"

#include "base/buf.h"

#include <string.h>

static bool write_body(struct buf *out, const struct json *body, struct err *e)
{
    buf_init_wiped(out, TASK_BYTES_MAX);
    json_write(out, body, false);
    return buf_ok(out, e);
}

bool task_put(struct task *t, struct call *c, const struct json *body, struct err *e)
{
    struct buf b;
    bool ok = write_body(&b, body, e) && task_add(t, c->s->store, buf_text(&b), e);
    buf_release(&b);
    return ok;
}

bool task_body(struct json **body, struct call *c, const struct task *t, struct err *e)
{
    struct buf b;
    *body = NULL;
    buf_init_wiped(&b, TASK_BYTES_MAX);
    bool ok = task_open(&b, c->s->store, t, e) && json_parse(body, buf_text(&b), e);
    buf_release(&b);
    return ok;
}

bool task_get(struct task *t, struct json **body, struct call *c, const char *kind,
              const char *name, struct err *e)
{
    *body = NULL;
    return task_find(t, c->s->store, kind, text_of(json_get_text(c->in, name, "")), c->arena, e) &&
           task_body(body, c, t, e);
}

bool task_keep(struct task *t, struct call *c, const struct json *body, struct err *e)
{
    struct buf b;
    bool ok = write_body(&b, body, e) && task_change(c->s->store, t, buf_text(&b), e);
    buf_release(&b);
    return ok;
}
