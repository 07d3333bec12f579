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

bool remote_call(struct json **out, struct json **problems, struct channel *ch,
                 const struct caller *who, const char *name, const struct json *in, struct err *e)
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
