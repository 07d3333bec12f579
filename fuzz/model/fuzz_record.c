/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a record's JSON document (S100). Held: what is refused says why; what is taken, written
 * and read again is the same, without findings; no direct identifier is quoted in a finding. */
#include "model/finding.h"
#include "model/record.h"

#include "small_form.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void check_findings(const struct dictionary *d, const struct findings *f)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < f->n; i++) {
        const struct variable *v = &d->variable[f->item[i].var];
        hold((v->privacy & PRIVACY_D) == 0 || f->item[i].value == NULL);
        finding_message(&b, d, &f->item[i], 0);
        finding_remedy(&b, d, &f->item[i], 0);
        buf_clear(&b);
    }
    buf_release(&b);
}

static void check_again(const struct record *one, struct arena *a)
{
    struct record two;
    struct findings f;
    struct err e = {0};
    struct buf b, again;
    buf_init(&b, 64 << 20);
    buf_init(&again, 64 << 20);
    findings_init(&f, a);
    struct json *j = record_to_json(one, true);
    json_write(&b, j, false);
    record_init(&two, one->dictionary, one->form, a);
    hold(record_from_json(&two, j, &f, &e) && f.n == 0);
    json_free(j);
    j = record_to_json(&two, true);
    json_write(&again, j, false);
    hold(text_equal(buf_text(&b), buf_text(&again)));
    json_free(j);
    findings_release(&f);
    buf_release(&b);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dictionary *d;
    if (d == NULL) d = small_form();
    struct arena *a = arena_new(ARENA_PLAIN);
    struct json *j = NULL;
    struct err e = {0};
    if (json_parse(&j, (struct text){(const char *)data, size}, &e)) {
        struct record one;
        struct findings f;
        record_init(&one, d, &d->form[0], a);
        findings_init(&f, a);
        if (record_from_json(&one, j, &f, &e)) check_again(&one, a);
        else hold(e.code == ERR_INPUT || e.code == ERR_LIMIT);
        check_findings(d, &f);
        findings_release(&f);
    }
    json_free(j);
    arena_free(a);
    return 0;
}
