/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/import_pages.h"

#include "base/base64.h"

#include <stdio.h>
#include <string.h>

enum { PIECE = 600 * 1024, NAME_LONGEST = 200, COLUMNS_MAX = 2000, LINES_MAX = 400 * 1024 };

void import_steps(struct exchange *x, enum import_step at, const char *upload)
{
    static const struct {
        const char *text, *href;
    } step[] = {[IMPORT_FILE] = {N_("File"), NULL},
                [IMPORT_READ] = {N_("How it is read"), "/import/%s"},
                [IMPORT_COLUMNS] = {N_("Columns"), "/import/%s/columns"},
                [IMPORT_CHECK] = {N_("Check"), NULL},
                [IMPORT_DONE] = {N_("Import"), NULL}};
    struct json *items = json_array(), *steps = json_object();
    for (int i = IMPORT_FILE; i <= IMPORT_DONE; i++) {
        struct json *row = json_object();
        json_set_text(row, "text", tr(step[i].text));
        if (i < (int)at && step[i].href != NULL && upload != NULL && at != IMPORT_DONE) {
            const char *address = i == IMPORT_READ
                                      ? arena_printf(x->arena, "/import/%s", upload)
                                      : arena_printf(x->arena, "/import/%s/columns", upload);
            json_set_text(row, "href", address);
        }
        json_set_bool(row, "done", i < (int)at);
        json_set_bool(row, "current", i == (int)at);
        json_push(items, row);
    }
    json_set_text(steps, "title", tr("Steps of the import"));
    json_set(steps, "items", items);
    json_set(x->extra, "steps", steps);
}

static bool send_piece(struct exchange *x, const char **code, const struct upload *file,
                       size_t offset, size_t n, struct err *e)
{
    struct json *in = json_object(), *out = NULL;
    struct buf text;
    size_t n_name = file->file_name.n < NAME_LONGEST ? file->file_name.n : NAME_LONGEST;
    while (n_name > 0 && n_name < file->file_name.n &&
           ((unsigned char)file->file_name.p[n_name] & 0xC0) == 0x80)
        n_name--;
    buf_init_wiped(&text, 2 * (size_t)PIECE);
    base64_put(&text, (struct text){file->bytes.p + offset, n});
    if (*code != NULL) json_set_text(in, "upload", *code);
    else json_set(in, "name", json_text((struct text){file->file_name.p, n_name}));
    json_set_int(in, "offset", (int64_t)offset);
    json_set(in, "bytes", json_text(buf_text(&text)));
    json_set_bool(in, "last", offset + n == file->bytes.n);
    bool ok = exchange_call(&out, x, "upload.put", in, e);
    if (ok && *code == NULL) {
        const char *given = json_get_text(out, "upload", "");
        *code = arena_copy(x->arena, given, strlen(given));
    }
    buf_release(&text);
    json_free(out);
    json_free(in);
    return ok;
}

bool import_send(struct exchange *x, struct err *e)
{
    const struct upload *file = request_upload(x->request, "file");
    const char *code = NULL;
    if (file == NULL || file->bytes.n == 0) {
        exchange_error(x, "file",
                       file == NULL ? tr("Choose a file.")
                                    : tr("The file is empty. Choose another one."),
                       NULL);
        return false;
    }
    for (size_t at = 0; at < file->bytes.n; at += PIECE) {
        size_t left = file->bytes.n - at;
        if (!send_piece(x, &code, file, at, left < PIECE ? left : PIECE, e)) return false;
    }
    json_set_text(x->in, "upload", code);
    return true;
}

void import_take_columns(struct exchange *x)
{
    struct buf lines;
    char name[32];
    buf_init(&lines, LINES_MAX);
    for (unsigned i = 0; i < COLUMNS_MAX; i++) {
        (void)snprintf(name, sizeof name, "to_%u", i);
        struct text to = request_form(x->request, name);
        (void)snprintf(name, sizeof name, "order_%u", i);
        struct text order = request_form(x->request, name);
        if (to.p == NULL || memchr(to.p, '\t', to.n) != NULL || memchr(to.p, '\n', to.n) != NULL)
            continue;
        buf_printf(&lines, "%u\t%.*s\t%.*s\n", i, (int)to.n, to.p, order.n == 3 ? 3 : 0,
                   order.n == 3 ? order.p : "");
    }
    json_set(x->in, "columns", json_text(buf_text(&lines)));
    buf_release(&lines);
}

bool import_start(struct exchange *x, const char *upload, bool check)
{
    struct err e = {0};
    struct json *in = json_object(), *out = NULL;
    json_set_text(in, "upload", upload);
    json_set_bool(in, "check", check);
    if (!check && text_is(request_form(x->request, "conflicts"), "mine"))
        json_set_text(in, "conflicts", "mine");
    if (exchange_call(&out, x, "import.start", in, &e)) {
        const char *job = json_get_text(out, "job", "");
        (void)response_redirect(x->response, text_of(arena_printf(x->arena, "/imports/%s", job)));
    } else {
        exchange_fail(x, &e);
    }
    json_free(out);
    json_free(in);
    return false;
}
