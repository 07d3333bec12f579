/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be taken out as a workbook, for the page that asks. */
#include "service/recipient.h"
#include "service/tasks.h"

#include <string.h>

bool op_export_begin(struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *batches = json_array(), *suppliers;
    struct batch *batch;
    size_t n;
    json_set(c->out, "batches", batches);
    if (!call_organisation_choices(&suppliers, c, e)) return false;
    json_set(c->out, "organisations", suppliers);
    json_set(c->out, "forms", call_form_choices(c));
    json_set_text(c->out, "own", c->who.organisation == NULL ? "" : c->who.organisation);
    json_set_int(c->out, "most", EXPORT_RECORDS_MAX);
    int64_t above = dictionary_parameter_int(d, RECIPIENT_ABOVE, -1);
    if (above >= 0) json_set_int(c->out, "recipient_above", above);
    if (!store_batch_list(&batch, &n, c->s->store, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        const struct form *f = dictionary_form(d, text_of(batch[i].form));
        if (f == NULL || !call_reads_form(c, f) || strcmp(batch[i].state, "visible") != 0 ||
            !call_sees_organisation(c, batch[i].organisation_no))
            continue;
        struct json *row = json_object();
        json_set_int(row, "batch", batch[i].batch_no);
        json_set_text(row, "file", batch[i].file_label);
        json_push(batches, row);
    }
    return true;
}
