/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage encodings, which come from other people's machines: what is taken makes people that can
 * be counted and compared, whatever its hashes and bits are; what is refused is refused as a
 * whole. */
#include "linkage/compare.h"
#include "linkage/encoding.h"
#include "linkage/marks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct people_role roles[] = {{"given", LINKAGE_GIVEN},
                                           {"surname", LINKAGE_SURNAME},
                                           {"birth", LINKAGE_BIRTH},
                                           {"document", LINKAGE_NUMBER},
                                           {"town", LINKAGE_TEXT}};
enum { N = sizeof roles / sizeof roles[0] };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text bytes = {(const char *)data, size}, nothing[N] = {{0}};
    uint8_t fingerprint[ENCODING_FINGERPRINT] = {0};
    struct err e = {0};
    size_t n = size < 3 ? 0 : size - 3;
    memcpy(fingerprint, data + (size < 3 ? 0 : 3), n < sizeof fingerprint ? n : sizeof fingerprint);
    if (!encoding_check(bytes, fingerprint, &e)) {
        if (e.id == NULL || strcmp(e.id, "encoding.damaged") != 0) abort();
        return 0;
    }
    struct people *p = people_new(roles, N);
    for (int i = 0; i < 3; i++) people_add_encoded(p, nothing, i == 1 ? (struct text){0} : bytes);
    people_count(p);
    struct compare_plan plan;
    struct compare_result r;
    struct marks m;
    compare_plan(&plan, p);
    compare_pair(&r, &plan, 0, 1);
    for (size_t f = 0; f < plan.n_field; f++)
        if (r.level[f] != COMPARE_MISSING) abort(); /* one of them has nothing */
    compare_pair(&r, &plan, 0, 2);
    for (size_t f = 0; f < plan.n_field; f++)
        if (r.level[f] != COMPARE_MISSING && r.level[f] >= plan.field[f].n_level) abort();
    marks_make(&m, p);
    if (m.content[0] != m.content[2]) abort();
    marks_release(&m);
    people_free(p);
    return 0;
}
