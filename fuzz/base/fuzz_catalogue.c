/* SPDX-License-Identifier: EUPL-1.2 */
/* Catalogues: whatever is read, a translation is used only with the conversions of its English. */
#include "base/catalogue.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {(const char *)data, size};
    struct catalogue *c;
    struct err e = {0};
    struct catalogue_problem problem[4];
    size_t n = 4;
    if (!catalogue_read(&c, t, size % 2 ? "pl" : "pt", problem, &n, &e)) {
        if (c != NULL || e.msg[0] == '\0') abort();
        return 0;
    }
    catalogue_use(c);
    static const char *const asked[] = {"", "a", "%s a", "The repository is sound."};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (!catalogue_same_conversions(tr(asked[i]), asked[i])) abort();
    for (int64_t k = -3; k < 30; k++)
        if (!catalogue_same_conversions(tr_n("%lld row", "%lld rows", k), "%lld rows")) abort();
    catalogue_use(NULL);
    catalogue_free(c);
    return 0;
}
