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

static struct json *failed(const struct err *e)
{
    struct json *reply = json_object();
    json_set(reply, "error", channel_error(e));
    return reply;
}

/* What is asked for along with it; false where this is no list of operations. */
static bool read_along(struct along *out, size_t *n, const struct json *list)
{
    *n = json_size(list);
    if (*n > ALONG_MAX) return false;
    for (size_t i = 0; i < *n; i++) {
        const struct json *one = json_at(list, i);
        out[i] = (struct along){.operation = word(one, "operation"), .in = json_get(one, "in")};
        if (out[i].operation == NULL || out[i].in == NULL) return false;
    }
    return true;
}

static void put_along(struct json *reply, struct along *along, size_t n)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        if (along[i].out == NULL) {
            json_push(list, failed(&along[i].err));
            continue;
        }
        struct json *one = json_object();
        json_set(one, "out", along[i].out);
        json_push(list, one);
    }
    json_set(reply, "along", list);
}

/* The answer to one question, always a document. */
static struct json *answer(struct service *s, const struct json *question)
{
    struct json *out = NULL, *reply;
    struct err e = {0};
    struct along along[ALONG_MAX];
    size_t n = 0;
    struct caller who = {.session = word(question, "session"),
                         .source = word(question, "source"),
                         .language = word(question, "language"),
                         .browser = word(question, "browser"),
                         .purpose = word(question, "purpose"),
                         .once = word(question, "once")};
    const char *name = word(question, "operation");
    const struct json *in = json_get(question, "in");
    bool fits = name != NULL && in != NULL && read_along(along, &n, json_get(question, "along"));
    bool ok = !fits    ? err_set(&e, ERR_INPUT, "channel.malformed",
                                 "a message between processes is malformed")
              : n == 0 ? service_call_as(&out, s, &who, name, in, NULL, &e)
                       : service_call_along(&out, s, &who, name, in, along, n, &e);
    if (ok) {
        reply = json_object();
        json_set(reply, "out", out);
        if (n > 0) put_along(reply, along, n);
        return reply;
    }
    reply = failed(&e);
    if (service_problems(s) != NULL) json_set(reply, "problems", json_copy(service_problems(s)));
    return reply;
}

static bool say_error(int fd, const struct err *why)
{
    struct json *reply = failed(why);
    struct err e = {0};
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
