/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/similar.h"

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 64 };

double similar_jaro_winkler(struct text a, struct text b)
{
    if (a.n > WORD_MAX) a.n = WORD_MAX;
    if (b.n > WORD_MAX) b.n = WORD_MAX;
    if (a.n == 0 || b.n == 0) return 0;
    size_t longer = a.n > b.n ? a.n : b.n;
    size_t reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
    uint64_t used = 0;
    char common[WORD_MAX];
    size_t n = 0, swapped = 0, prefix = 0;

    for (size_t i = 0; i < a.n; i++) {
        size_t from = i > reach ? i - reach : 0, to = i + reach + 1 < b.n ? i + reach + 1 : b.n;
        for (size_t k = from; k < to; k++)
            if (b.p[k] == a.p[i] && (used >> k & 1) == 0) {
                used |= UINT64_C(1) << k;
                common[n++] = a.p[i];
                break;
            }
    }
    if (n == 0) return 0;
    size_t at = 0;
    for (size_t k = 0; k < b.n; k++)
        if (used >> k & 1) swapped += b.p[k] != common[at++];
    double m = (double)n;
    double jaro = (m / (double)a.n + m / (double)b.n + (m - (double)(swapped / 2)) / m) / 3;
    while (prefix < 4 && prefix < a.n && prefix < b.n && a.p[prefix] == b.p[prefix]) prefix++;
    return jaro > 0.7 ? jaro + (double)prefix * 0.1 * (1 - jaro) : jaro;
}

size_t similar_edits(struct text a, struct text b, size_t most)
{
    size_t row[3][WORD_MAX + 1], *before = row[0], *last = row[1], *now = row[2];
    if (a.n > WORD_MAX) a.n = WORD_MAX;
    if (b.n > WORD_MAX) b.n = WORD_MAX;
    if (a.n > b.n + most || b.n > a.n + most) return most + 1;
    for (size_t k = 0; k <= b.n; k++) last[k] = k;
    memset(before, 0, sizeof row[0]);
    for (size_t i = 1; i <= a.n; i++) {
        size_t least = now[0] = i;
        for (size_t k = 1; k <= b.n; k++) {
            size_t v = last[k - 1] + (a.p[i - 1] != b.p[k - 1]);
            if (last[k] + 1 < v) v = last[k] + 1;
            if (now[k - 1] + 1 < v) v = now[k - 1] + 1;
            if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1] &&
                before[k - 2] + 1 < v)
                v = before[k - 2] + 1;
            now[k] = v;
            if (v < least) least = v;
        }
        if (least > most) return most + 1;
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.n] > most ? most + 1 : last[b.n];
}
