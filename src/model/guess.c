/* SPDX-License-Identifier: EUPL-1.2 */
/* Good names, and guesses at mistyped ones: V. I. Levenshtein, "Binary codes capable of correcting
 * deletions, insertions, and reversals", Soviet Physics Doklady 10 (1966) 707-710. */
#include "model/sheet.h"

#include "base/catalogue.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool name_is_good(struct text t)
{
    if (t.n == 0 || t.n > NAME_MAX_BYTES || !is_letter(t.p[0])) return false;
    for (size_t i = 1; i < t.n; i++)
        if (!is_letter(t.p[i]) && !(t.p[i] >= '0' && t.p[i] <= '9') && t.p[i] != '.' &&
            t.p[i] != '-')
            return false;
    return true;
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t least(size_t a, size_t b, size_t c)
{
    if (b < a) a = b;
    return c < a ? c : a;
}

static size_t distance(struct text a, struct text b)
{
    size_t line[NAME_MAX_BYTES +
                1]; /* distances of the first i letters of `a` to all beginnings of `b` */
    for (size_t j = 0; j <= b.n; j++) line[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = line[0];
        line[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t same = corner + (small(a.p[i - 1]) != small(b.p[j - 1]));
            corner = line[j];
            line[j] = least(same, line[j] + 1, line[j - 1] + 1);
        }
    }
    return line[b.n];
}

void guess_init(struct guess *g, struct text wanted)
{
    *g = (struct guess){.wanted = wanted, .distance = SIZE_MAX};
}

void guess_offer(struct guess *g, const char *name)
{
    struct text t = text_of(name);
    if (t.n > NAME_MAX_BYTES || g->wanted.n > NAME_MAX_BYTES || g->wanted.n == 0) return;
    size_t most = g->wanted.n / 3;
    size_t apart = t.n > g->wanted.n ? t.n - g->wanted.n : g->wanted.n - t.n;
    if (apart > most || apart >= g->distance) return;
    size_t d = distance(g->wanted, t);
    if (d > most || d >= g->distance) return;
    g->best = name;
    g->distance = d;
}

const char *guess_remedy(const struct guess *g, const char *otherwise, struct arena *a)
{
    return g->best == NULL ? tr(otherwise) : arena_printf(a, tr("did you mean '%s'?"), g->best);
}
