/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/once.h"

#include "base/mem.h"
#include "service/shared.h"
#include "store/answer.h"

#include <string.h>

enum { REQUEST_BYTES_MAX = 2 * 1024 * 1024 };

/* The operation and all that is asked; `owns` the buffer. */
static struct answer_request request_of(struct buf *b, const struct call *c)
{
    buf_init_wiped(b, REQUEST_BYTES_MAX);
    buf_printf(b, "%s\n", c->operation->name);
    json_write(b, c->in, false);
    return (struct answer_request){c->who.account_no, text_of(c->caller->once), buf_text(b)};
}

static bool begin(struct call *c, struct err *e)
{
    shared_write_begin(c->s->shared);
    if (store_begin(c->s->store, true, e)) return true;
    shared_write_end(c->s->shared);
    return false;
}

static bool end(struct call *c, bool ok, struct err *e)
{
    ok = ok && store_commit(c->s->store, e);
    if (!ok) store_rollback(c->s->store);
    shared_write_end(c->s->shared);
    return ok;
}

static bool refuse(enum answer_state state, struct err *e)
{
    if (state == ANSWER_OTHER) {
        err_set(e, ERR_CONFLICT, "once.other", "this name was given to another request before");
        return err_remedy(e, "give each request a name of its own, such as a random one");
    }
    err_set(e, ERR_CONFLICT, "once.working",
            "the request of this name is being done, or was cut off in the middle");
    return err_remedy(e, "wait a moment; then look whether it did its work");
}

bool once_begin(bool *answered, struct call *c, struct err *e)
{
    enum answer_state state = ANSWER_NEW;
    struct buf request, body;
    struct answer_request r = request_of(&request, c);
    buf_init_wiped(&body, ANSWER_BYTES_MAX);
    *answered = false;
    bool ok = buf_ok(&request, e) && begin(c, e) &&
              end(c, store_answer_begin(&state, &body, c->s->store, &r, call_now(c), e), e);
    if (ok && state == ANSWER_KEPT) {
        struct json *kept = NULL;
        ok = json_parse(&kept, buf_text(&body), e);
        if (ok) {
            json_free(c->out);
            c->out = kept;
            *answered = true;
        }
    } else if (ok && state != ANSWER_NEW) {
        ok = refuse(state, e);
    }
    buf_release(&body);
    buf_release(&request);
    return ok;
}

/* When this cannot be written, what was done is done all the same: who asks again under the name is
 * then told that nobody knows. */
bool once_end(struct call *c, bool done)
{
    struct err e = {0};
    struct buf request, body;
    struct answer_request r = request_of(&request, c);
    buf_init_wiped(&body, 2 * (size_t)ANSWER_BYTES_MAX);
    if (done) json_write(&body, c->out, false);
    bool keep = done && buf_ok(&body, NULL);
    if (begin(c, &e) && !end(c,
                             keep ? store_answer_keep(c->s->store, &r, buf_text(&body), &e)
                                  : store_answer_remove(c->s->store, &r, &e),
                             &e))
        err_clear(&e);
    buf_release(&body);
    buf_release(&request);
    return done;
}
