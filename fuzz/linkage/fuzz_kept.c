/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run keeps, from any document (S100): the input is one by itself where it begins with '{';
 * else a good one in which bytes are replaced (place in three bytes, then the byte). Held: what is
 * refused says why and what to do; what is taken can be written, gives the same again, and finds
 * and weighs pairs with numbers. */
#include "linkage/index.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static const struct people_role role[] = {
    {"given", LINKAGE_GIVEN}, {"surname", LINKAGE_SURNAME}, {"sex", LINKAGE_CODE},
    {"birth", LINKAGE_BIRTH}, {"document", LINKAGE_NUMBER},
};
enum { ROLES = sizeof role / sizeof *role, PEOPLE = 40 };

static struct people *people;
static struct buf good;

static struct people *make_people(void)
{
    struct people *p = people_new(role, ROLES);
    for (size_t i = 0; i < PEOPLE; i++) {
        char given[20], surname[20], birth[20], document[20];
        snprintf(given, sizeof given, "g%c%cna", (int)('a' + i / 2 % 5), (int)('a' + i / 10));
        snprintf(surname, sizeof surname, "s%c%cko", (int)('a' + i / 2 % 7), (int)('a' + i / 14));
        snprintf(birth, sizeof birth, "19%02zu-%02zu-%02zu", 50 + i / 2, 1 + i % 12, 1 + i / 2);
        snprintf(document, sizeof document, "AB%06zu", i / 2 * 7919);
        people_add(p, (struct text[]){text_of(given), text_of(surname), text_of(i % 4 ? "F" : "M"),
                                      text_of(birth), text_of(document)});
    }
    people_count(p);
    return p;
}

/* Once, and not within the time of the first input: a run takes seconds here. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct linkage l;
    (void)argc;
    (void)argv;
    people = make_people();
    linkage_run(&l, people, &(struct linkage_options){0});
    struct kept *k = kept_new(&l);
    struct json *j = kept_to_json(k);
    buf_init(&good, 4 << 20);
    json_write(&good, j, false);
    must(buf_ok(&good, NULL));
    json_free(j);
    kept_free(k);
    linkage_release(&l);
    return 0;
}

static void use(const struct kept *k)
{
    struct err e = {0};
    struct linkage_index *x;
    struct linkage_quality q;
    if (kept_fits(k, people)) {
        must(linkage_index_new(&x, people, k, &e));
        for (size_t i = 0; i < PEOPLE; i += 7) {
            struct linkage_found *f;
            size_t n = linkage_index_find(&f, x, i, -1e9);
            for (size_t m = 0; m < n; m++) must(isfinite(f[m].weight) && f[m].record < PEOPLE);
            mem_free(f);
        }
        linkage_index_free(x);
    }
    linkage_quality(&q, &k->weights, linkage_quality_best(&k->weights));
    must(q.precision >= 0 && q.precision < 1.001 && q.recall >= 0 && q.recall < 1.001);
}

static void read_one(struct text t)
{
    struct err e = {0};
    struct json *j;
    struct kept *k, *again;
    if (!json_parse(&j, t, &e)) return;
    if (!kept_from_json(&k, j, &e)) {
        must(k == NULL && e.code == ERR_INPUT && e.msg[0] != '\0' && e.remedy[0] != '\0');
        json_free(j);
        return;
    }
    struct json *out = kept_to_json(k);
    must(kept_from_json(&again, out, &e));
    must(memcmp(&k->model, &again->model, sizeof k->model) == 0);
    use(k);
    json_free(j);
    json_free(out);
    kept_free(k);
    kept_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '{') {
        read_one((struct text){(const char *)data, size});
        return 0;
    }
    char *copy = mem_text(good.p, good.n);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = (size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2];
        copy[at % good.n] = (char)data[i + 3];
    }
    read_one((struct text){copy, good.n});
    mem_free(copy);
    return 0;
}
