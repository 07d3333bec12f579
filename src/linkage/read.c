/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/read.h"

#include <string.h>

static struct text number_of(struct text t, struct arena *a)
{
    struct text word[NAME_WORDS];
    size_t n = name_words(word, t, a), at = 0;
    char *out = arena_take(a, NAME_WORDS * NAME_WORD_MAX + 1, 1);
    for (size_t i = 0; i < n; i++) {
        memcpy(out + at, word[i].p, word[i].n);
        at += word[i].n;
    }
    return (struct text){out, at};
}

static struct text phone_of(struct text t, struct arena *a)
{
    char *out = arena_take(a, t.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] >= '0' && t.p[i] <= '9') out[n++] = t.p[i];
    return n > 9 ? (struct text){out + n - 9, 9} : (struct text){out, n};
}

size_t read_numbers(struct text out[static NAME_WORDS], struct text t, bool phone,
                    struct arena *a)
{
    struct text line;
    size_t n = 0;
    while (n < NAME_WORDS && text_split(&t, '\n', &line)) {
        out[n] = phone ? phone_of(line, a) : number_of(line, a);
        n += out[n].n > 0;
    }
    return n;
}

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n && i < 4; i++) v = v * 10 + (p[i] - '0');
    return v;
}

/* Up to three groups of digits. Returns how many; `length` in digits. */
static size_t groups(int value[static 3], size_t length[static 3], struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n && n < 3;) {
        size_t k = i;
        while (k < t.n && t.p[k] >= '0' && t.p[k] <= '9') k++;
        if (k == i) {
            i++;
            continue;
        }
        value[n] = number(t.p + i, k - i);
        length[n++] = k - i;
        i = k;
    }
    return n;
}

struct read_birth read_birth(struct text t)
{
    int v[3] = {0};
    size_t length[3] = {0}, n = groups(v, length, t);
    if (n == 1 && length[0] == 8) {
        size_t at = 0;
        while (t.p[at] < '0' || t.p[at] > '9') at++;
        v[1] = number(t.p + at + 4, 2);
        v[2] = number(t.p + at + 6, 2);
    } else if (n == 3 && length[2] == 4) {
        int year = v[2];
        v[2] = v[0];
        v[0] = year;
    }
    if (v[0] < 1000) return (struct read_birth){0};
    return (struct read_birth){v[0], v[1] > 99 ? 0 : v[1], v[2] > 99 ? 0 : v[2]};
}

int read_part(struct text t)
{
    int v[3] = {0};
    size_t length[3];
    return groups(v, length, t) == 0 ? 0 : v[0];
}
