/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/recipient.h"

#include "base/file.h"
#include "base/mem.h"

#include <string.h>

enum { ROOM = 64 * 1024 }; /* what the envelope adds, and more */

static bool read_pem(struct text *out, struct call *c, struct err *e)
{
    const char *given = json_get_text(c->in, "recipient", ""),
               *path = json_get_text(c->in, "recipient_file", "");
    struct buf b;
    *out = text_trim(text_of(given));
    if (out->n > 0 || path[0] == '\0') return true;
    buf_init(&b, CMS_CERTIFICATE_MAX);
    bool ok = file_read(&b, path, CMS_CERTIFICATE_MAX, e);
    if (ok) *out = text_of(arena_copy(c->arena, b.p, b.n));
    if (ok && out->n == 0) /* an empty file is no wish for a file that anybody can read */
        *out = TEXT("-");
    buf_release(&b);
    return ok;
}

bool recipient_settle(struct recipient *out, struct call *c, struct err *e)
{
    *out = (struct recipient){.pem = {NULL, 0}};
    if (!read_pem(&out->pem, c, e)) return false;
    if (out->pem.n == 0) return true;
    if (!cms_recipient_read(&out->is, out->pem, call_now(c), e)) return false;
    c->event.recipient = arena_copy(c->arena, out->is.fingerprint, strlen(out->is.fingerprint));
    json_set_text(c->out, "recipient", out->is.name);
    json_set_text(c->out, "fingerprint", out->is.fingerprint);
    return true;
}

bool recipient_suffices(const struct recipient *r, const struct call *c, int64_t n_record,
                        struct err *e)
{
    int64_t most = dictionary_parameter_int(c->s->dictionary, RECIPIENT_ABOVE, -1);
    if (c->who.local || r->pem.n > 0 || most < 0 || n_record <= most) return true;
    err_set(e, ERR_USAGE, "export.recipient",
            "%lld records leave the register only encrypted to whoever is to open them",
            (long long)n_record);
    return err_remedy(e, "name the recipient's certificate, or take at most %lld records",
                      (long long)most);
}

bool recipient_seal(const struct recipient *r, struct buf *file, struct call *c, struct err *e)
{
    struct buf sealed;
    if (r->pem.n == 0) return true;
    buf_init(&sealed, file->n + ROOM);
    bool ok = cms_seal(&sealed, buf_text(file), r->pem, call_now(c), e);
    buf_clear(file);
    if (ok && file->max < sealed.n) file->max = sealed.n;
    if (ok) buf_put_text(file, buf_text(&sealed));
    buf_release(&sealed);
    return ok;
}
