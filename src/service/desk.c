/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/desk.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "service/channel.h"
#include "service/daily_backup.h"
#include "service/link_new.h"
#include "service/shared.h"
#include "service/service_internal.h"

#include <unistd.h>

struct seat { /* one thread of the desk */
    struct service *service;
    struct parallel_stage *stage;
    int channel;
};

static const char *word(const struct json *question, const char *name)
{
    return json_get_text(question, name, NULL);
}

/* The answer to one question, always a document. */
static struct json *answer(struct service *s, const struct json *question)
{
    struct json *reply = json_object(), *out = NULL;
    struct err e = {0};
    struct caller who = {.session = word(question, "session"),
                         .source = word(question, "source"),
                         .language = word(question, "language"),
                         .browser = word(question, "browser"),
                         .purpose = word(question, "purpose"),
                         .once = word(question, "once")};
    const char *name = word(question, "operation");
    const struct json *in = json_get(question, "in");
    bool ok = name != NULL && in != NULL ? service_call_as(&out, s, &who, name, in, NULL, &e)
                                         : err_set(&e, ERR_INPUT, "channel.malformed",
                                                   "a message between processes is malformed");
    if (ok) {
        json_set(reply, "out", out);
        return reply;
    }
    json_set(reply, "error", channel_error(&e));
    if (service_problems(s) != NULL) json_set(reply, "problems", json_copy(service_problems(s)));
    return reply;
}

static bool say_error(int fd, const struct err *why)
{
    struct json *reply = json_object();
    struct err e = {0};
    json_set(reply, "error", channel_error(why));
    bool ok = channel_send(fd, reply, CHANNEL_MESSAGE_MAX, &e);
    json_free(reply);
    return ok;
}

/* One question and its answer; false when there are no more. */
static bool serve_one(struct seat *seat)
{
    struct json *question;
    struct err e = {0};
    if (!channel_receive(&question, seat->channel, CHANNEL_MESSAGE_MAX, &e))
        return channel_goes_on(&e) && say_error(seat->channel, &e);
    if (question == NULL) return false;
    struct json *reply = answer(seat->service, question);
    json_free(question);
    bool ok = channel_send(seat->channel, reply, CHANNEL_ANSWER_MAX, &e);
    if (!ok && e.code == ERR_LIMIT) ok = say_error(seat->channel, &e);
    json_free(reply);
    return ok;
}

static void sit(void *ctx)
{
    struct seat *seat = ctx;
    while (serve_one(seat)) {}
    (void)close(seat->channel);
    (void)catalogue_use(NULL);
}

bool desk_run(const struct service_options *options, const int *channel, size_t n_channel,
              bool (*ready)(void *ctx, struct service *s, struct err *e), void *ctx, struct err *e)
{
    struct shared *shared;
    if (!shared_open(&shared, options, e)) return false;
    struct seat *seat = mem_new(n_channel, sizeof *seat);
    bool ok = true;
    for (size_t i = 0; i < n_channel; i++) {
        seat[i] = (struct seat){.service = service_new(options), .channel = channel[i]};
        seat[i].service->shared = shared;
        ok = ok && service_repository(seat[i].service, e);
    }
    ok = ok && (ready == NULL || ready(ctx, seat[0].service, e));
    for (size_t i = 0; ok && i < n_channel; i++) seat[i].stage = parallel_start(sit, &seat[i]);
    struct daily_backup *daily = ok ? daily_backup_start(shared, options) : NULL;
    struct link_watch *watch = ok ? link_watch_start(shared, options) : NULL;
    for (size_t i = 0; i < n_channel; i++) parallel_join(seat[i].stage);
    daily_backup_stop(daily);
    link_watch_stop(watch);
    for (size_t i = 0; i < n_channel; i++) service_close(seat[i].service);
    mem_free(seat);
    shared_close(shared);
    return ok;
}
