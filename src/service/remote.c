/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/remote.h"

#include "service/channel.h"

static void set_known(struct json *j, const char *name, const char *value)
{
    if (value != NULL) json_set_text(j, name, value);
}

static bool gone(struct err *e)
{
    err_set(e, ERR_SYSTEM, "channel.closed",
            "the part of the server that keeps the register is gone");
    return err_remedy(e, "try again in a moment; if it stays so, tell whoever runs the server");
}

static struct json *also_asked(const struct along *along, size_t n)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *one = json_object();
        json_set_text(one, "operation", along[i].operation);
        json_set(one, "in", json_share(along[i].in));
        json_push(list, one);
    }
    return list;
}

static void also_answered(struct along *along, size_t n, struct json *list)
{
    for (size_t i = 0; i < n; i++) {
        struct json *one = json_item_mut(list, i);
        along[i].out = one == NULL ? NULL : json_take(one, "out");
        if (along[i].out == NULL) channel_error_read(&along[i].err, json_get(one, "error"));
    }
}

bool remote_call(struct json **out, struct json **problems, struct channel *ch,
                 const struct caller *who, const char *name, const struct json *in, struct err *e)
{
    return remote_call_along(out, problems, ch, who, name, in, NULL, 0, e);
}

bool remote_call_along(struct json **out, struct json **problems, struct channel *ch,
                       const struct caller *who, const char *name, const struct json *in,
                       struct along *along, size_t n_along, struct err *e)
{
    struct json *question = json_object(), *answer = NULL;
    *out = *problems = NULL;
    json_set_text(question, "operation", name);
    json_set(question, "in", json_share(in));
    set_known(question, "session", who->session);
    set_known(question, "source", who->source);
    set_known(question, "language", who->language);
    set_known(question, "browser", who->browser);
    set_known(question, "purpose", who->purpose);
    set_known(question, "once", who->once);
    if (n_along > 0) json_set(question, "along", also_asked(along, n_along));
    if (ch->broken || !channel_send(ch->fd, question, CHANNEL_MESSAGE_MAX, e)) {
        json_free(question);
        return ch->broken ? gone(e) : false;
    }
    json_free(question);
    bool came = channel_receive(&answer, ch->fd, CHANNEL_ANSWER_MAX, e);
    if (!came || answer == NULL) {
        ch->broken = came || !channel_goes_on(e);
        return came ? gone(e) : false;
    }
    *out = json_take(answer, "out");
    bool ok = *out != NULL;
    if (!ok) {
        channel_error_read(e, json_get(answer, "error"));
        *problems = json_take(answer, "problems");
    }
    also_answered(along, n_along, ok ? json_member_mut(answer, "along") : NULL);
    json_free(answer);
    return ok;
}

bool service_message_send(int socket, const struct json *j, struct err *e)
{
    return channel_send(socket, j, CHANNEL_MESSAGE_MAX, e);
}

bool service_message_receive(struct json **out, int socket, struct err *e)
{
    return channel_receive(out, socket, CHANNEL_MESSAGE_MAX, e);
}

struct json *service_error(const struct err *e)
{
    return channel_error(e);
}
