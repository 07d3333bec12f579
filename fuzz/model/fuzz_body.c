/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a record's body (S100). Held: what is refused is called damaged; what is taken is a
 * record whose bodies, both parts, give the same record again with nothing lost. */
#include "model/body.h"

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

static struct dictionary *d;
static struct numbering n;

static void start(void)
{
    static struct numbering_entry entry[100];
    size_t k = 0;
    d = small_form();
    for (size_t g = 0; g < d->form[0].n_group; g++)
        entry[k++] = (struct numbering_entry){true, d->form[0].group[g].name, (uint32_t)g};
    for (size_t i = 0; i < d->n_variable; i++)
        entry[k++] =
            (struct numbering_entry){false, d->variable[i].name, (uint32_t)(i < 4 ? i : i * 20)};
    entry[k++] = (struct numbering_entry){false, "gone", 50};
    entry[k++] = (struct numbering_entry){true, "gone", 9};
    numbering_init(&n, d, &d->form[0], entry, k, d->arena);
}

static void check_equal(const struct record *one, const struct record *two)
{
    for (size_t g = 0; g < one->form->n_group; g++) {
        hold(one->table[g].n_row == two->table[g].n_row);
        for (uint32_t row = 0; row < one->table[g].n_row; row++) {
            hold(one->table[g].parent[row] == two->table[g].parent[row]);
            for (size_t i = 0; i < one->form->group[g].n_variable; i++) {
                var_id v = one->form->group[g].variable[i];
                hold(value_equal(record_get(one, v, row), record_get(two, v, row)));
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (d == NULL) start();
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record one, two;
    struct err e = {0};
    struct buf coded, identity; /* decoded texts are borrowed from them */
    size_t lost = 0;
    record_init(&one, d, &d->form[0], a);
    buf_init(&coded, 64 << 20);
    buf_init(&identity, 64 << 20);
    if (!body_decode(&one, (struct text){(const char *)data, size}, &n, &lost, &e)) {
        hold(e.code == ERR_STORE && strcmp(e.id, "body.damaged") == 0);
    } else {
        record_init(&two, d, &d->form[0], a);
        body_encode(&coded, &one, &n, BODY_CODED);
        body_encode(&identity, &one, &n, BODY_IDENTITY);
        hold(body_decode(&two, buf_text(&coded), &n, &lost, &e) && lost == 0);
        if (identity.n > 0)
            hold(body_decode(&two, buf_text(&identity), &n, &lost, &e) && lost == 0);
        check_equal(&one, &two);
        hold(text_equal(one.encoding, two.encoding));
        struct text bare = body_bare(buf_text(&coded));
        size_t head = one.encoding.n < 24      ? 1
                      : one.encoding.n < 256   ? 2
                      : one.encoding.n < 65536 ? 3
                                               : 5;
        hold(bare.n == coded.n - (one.encoding.n == 0 ? 0 : one.encoding.n + head));
    }
    buf_release(&coded);
    buf_release(&identity);
    arena_free(a);
    return 0;
}
