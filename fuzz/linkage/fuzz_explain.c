/* SPDX-License-Identifier: EUPL-1.2 */
/* Evidence of a pair, from any document: what is taken has levels that its fields have, can be said
 * in a sentence, and is the same when it is kept and read again. */
#include "linkage/explain.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static const char *label(void *ctx, const char *field)
{
    (void)ctx;
    return field;
}

static void read_again(const struct explained *x, const struct compare_plan *plan)
{
    struct explained again;
    struct buf first, second, words;
    struct json *j = explain_to_json(x), *k;
    buf_init(&first, 1 << 16);
    buf_init(&second, 1 << 16);
    buf_init(&words, 1 << 16);
    json_write(&first, j, false);
    must(explain_from_json(&again, j, plan, NULL));
    k = explain_to_json(&again);
    json_write(&second, k, false);
    must(text_equal(buf_text(&first), buf_text(&second)));
    explain_sentence(&words, x, 5, label, NULL);
    must(!words.too_long);
    json_free(j);
    json_free(k);
    buf_release(&first);
    buf_release(&second);
    buf_release(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct people_role role[] = {
        {"given", LINKAGE_GIVEN},     {"surname", LINKAGE_SURNAME}, {"sex", LINKAGE_CODE},
        {"birth", LINKAGE_BIRTH},     {"town", LINKAGE_TEXT},       {"document", LINKAGE_NUMBER},
        {"report", LINKAGE_REPORTED}, {"time", LINKAGE_PERIOD},
    };
    struct err e = {0};
    struct json *j;
    struct explained x;
    struct compare_plan plan;
    if (!json_parse(&j, (struct text){(const char *)data, size}, &e)) return 0;
    struct people *p = people_new(role, sizeof role / sizeof *role);
    compare_plan(&plan, p);
    if (explain_from_json(&x, j, &plan, &e)) {
        must(x.n_field <= COMPARE_FIELDS);
        for (size_t i = 0; i < x.n_field; i++) {
            must(explain_level(&x.field[i]) != NULL && explain_words(&x.field[i]) != NULL);
            must(x.field[i].level == COMPARE_MISSING || x.field[i].level < COMPARE_LEVELS);
        }
        read_again(&x, &plan);
    } else {
        must(e.id != NULL && strcmp(e.id, "linkage.evidence") == 0);
    }
    people_free(p);
    json_free(j);
    return 0;
}
