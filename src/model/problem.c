/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/problem.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/mem.h"

#include <stdarg.h>
#include <string.h>

enum { PROBLEMS_MAX = 1000, MESSAGE_MAX = 2000 };

void problems_init(struct problems *p, struct arena *a)
{
    *p = (struct problems){.arena = a, .max = PROBLEMS_MAX};
}

void problems_release(struct problems *p)
{
    mem_free(p->item);
    *p = (struct problems){0};
}

static const char *keep(struct arena *a, const char *s)
{
    return s == NULL ? "" : arena_copy(a, s, strlen(s));
}

void problems_add(struct problems *p, bool fatal, const char *id, const char *file, uint32_t row,
                  const char *column, const char *remedy, const char *fmt, ...)
{
    if (fatal) p->n_fatal++;
    size_t max = p->max == 0 ? PROBLEMS_MAX : p->max;
    if (p->n >= max) return;

    struct buf message;
    va_list ap;
    buf_init(&message, MESSAGE_MAX);
    va_start(ap, fmt);
    buf_vprintf(&message, tr(fmt), ap);
    va_end(ap);

    MEM_GROW(p->item, p->cap, p->n + 1);
    p->item[p->n++] = (struct problem){
        .fatal = fatal,
        .id = keep(p->arena, id),
        .file = keep(p->arena, file),
        .row = row,
        .column = keep(p->arena, column),
        .message = message.too_long
                       ? tr("the message is too long to be shown")
                       : arena_copy(p->arena, message.p == NULL ? "" : message.p, message.n),
        .remedy = keep(p->arena, remedy == NULL ? NULL : tr(remedy)),
    };
    buf_release(&message);
}
