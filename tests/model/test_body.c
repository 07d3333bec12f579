/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/body.c, body_encode.c, body_number.c
 *  1 the bytes, by hand   2 there and back, every kind of value, both parts   3 identifiers only in their
 *  part   4 the same record gives the same bytes   5 another dictionary: names, codes, types, groups gone
 *  6 damaged in any way: refused, never a crash   7 random records   8 lists that grow   9 speed
 * 10 the encoding for linkage: behind the coded part, there and back, never in the identity part; bodies
 *    without one; damaged ones; cleared with the record */
#include "harness.h"

#include "small_data.h"

#include "base/cbor.h"
#include "base/crypto.h"
#include "base/random.h"
#include "model/body.h"

#include <time.h>

static struct dictionary *d;
static const struct form *f;
static struct arena *a;
static struct numbering n;
static struct record r;
static struct buf coded, identity;

/* Numbers as the store would give them: in the order of the form, from `from`. */
static void number(struct numbering *out, const struct dictionary *of, const struct form *form,
                   uint32_t from)
{
    struct numbering_entry entry[200];
    size_t k = 0;
    for (size_t g = 0; g < form->n_group; g++)
        entry[k++] = (struct numbering_entry){true, form->group[g].name, (uint32_t)g};
    for (size_t i = 0; i < of->n_variable; i++)
        if (of->variable[i].form == form->id)
            entry[k++] = (struct numbering_entry){false, of->variable[i].name, from++};
    numbering_init(out, of, form, entry, k, a);
}

static int setup(void **state)
{
    (void)state;
    d = small_dictionary("");
    f = dictionary_form(d, TEXT("victim"));
    a = arena_new(ARENA_PLAIN);
    dictionary_add_organisation(d, TEXT("GNR"), TEXT("Guarda"), TEXT("10"));
    number(&n, d, f, 1);
    record_init(&r, d, f, a);
    buf_init(&coded, 1 << 20);
    buf_init_wiped(&identity, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_release(&coded);
    buf_release(&identity);
    arena_free(a);
    dictionary_free(d);
    return 0;
}

static void set_in(struct record *rec, const struct dictionary *of, const char *name, uint32_t row,
                   const char *t)
{
    const struct variable *v = dictionary_variable(of, rec->form->id, text_of(name));
    assert_non_null(v);
    assert_int_equal(value_read(record_value(rec, v->id, row), of, v->id, text_of(t), DATE_ISO,
                                18000, a),
                     VALUE_READ_OK);
}

static void set(const char *name, uint32_t row, const char *t)
{
    set_in(&r, d, name, row, t);
}

static uint32_t add(struct record *rec, const char *name, uint32_t parent)
{
    uint32_t row = 0;
    for (group_id g = 1; g < rec->form->n_group; g++)
        if (strcmp(rec->form->group[g].name, name) == 0)
            assert_true(record_add(&row, rec, g, parent, NULL));
    return row;
}

static void encode(const struct record *rec, const struct numbering *num)
{
    buf_clear(&coded);
    buf_clear(&identity);
    body_encode(&coded, rec, num, BODY_CODED);
    body_encode(&identity, rec, num, BODY_IDENTITY);
    assert_true(buf_ok(&coded, NULL));
    assert_true(buf_ok(&identity, NULL));
}

static const char *json_of(const struct record *rec)
{
    static struct buf b;
    buf_release(&b);
    buf_init(&b, 1 << 22);
    struct json *j = record_to_json(rec, true);
    json_write(&b, j, false);
    json_free(j);
    return arena_copy(a, b.p, b.n);
}

static void fill(void)
{
    record_clear(&r);
    set("ref", 0, "A1");
    set("name", 0, "Ana");
    set("birth_date", 0, "1990-02");
    set("sex", 0, "F");
    set("means", 0, "M1 M5");
    set("age", 0, "-17");
    set("pay", 0, "1.5");
    set("note", 0, "a text of more than twenty-three bytes, with \xC3\xA9");
    set("country", 0, "missing:NA");
    set("entry_date", 0, "2019");
    set("full_date", 0, "2019-12-31");
    set("organisation", 0, "GNR");
    add(&r, "episode", 0);
    add(&r, "episode", 0);
    set("alias", 1, "Bia");
    set("start", 0, "2018-01-01");
    add(&r, "exploitation", 1);
    set("form", 0, "E110");
    add(&r, "assistance", 0);
    set("kind", 0, "U");
}

static void by_hand(void **state)
{
    (void)state;
    char hex[200];
    record_clear(&r);
    set("ref", 0, "A1"); /* number 1 */
    set("entry_date", 0, "2019");
    set("name", 0, "Bo"); /* number 5 */
    set("sex", 0, "RF");  /* number 7, missing 4 */
    set("means", 0, "M1 M5");
    set("pay", 0, "-1.50");
    add(&r, "episode", 0); /* group 1, empty */
    encode(&r, &n);
    crypto_hex(hex, coded.p, coded.n);
    /* 83 01                       array of 3: version 1, two groups
     *   82 00 8b 00               group 0, its one row: parent 0, five pairs
     *     01 62 4131              1: "A1"
     *     02 44 32303139          2: date '2019' as bytes
     *     07 81 04                7: [4], declined
     *     08 83 00 624d31 624d35  8: [0, "M1", "M5"]
     *     0a 83 09 2e 01          10: [9, -15, 1]
     *   82 01 81 00               group 1, one row: parent 0 */
    assert_string_equal(hex, "830182008b00016241310244323031390781040883"
                             "00624d31624d350a83092e0182018100");
    crypto_hex(hex, identity.p, identity.n);
    assert_string_equal(hex, "820182008300"
                             "0562426f"); /* 5: "Bo" */
}

static void both_ways(void **state)
{
    (void)state;
    struct record back;
    struct err e = {0};
    size_t lost = 99;
    fill();
    encode(&r, &n);
    record_init(&back, d, f, a);
    assert_true(body_decode(&back, buf_text(&coded), &n, &lost, &e));
    assert_int_equal(lost, 0);
    assert_null(strstr(json_of(&back), "Ana"));
    assert_true(body_decode(&back, buf_text(&identity), &n, NULL, &e));
    assert_string_equal(json_of(&back), json_of(&r));
    for (size_t g = 0; g < f->n_group; g++) {
        assert_int_equal(back.table[g].n_row, r.table[g].n_row);
        for (size_t row = 0; row < r.table[g].n_row; row++)
            for (size_t i = 0; i < f->group[g].n_variable; i++)
                assert_true(value_equal(record_get(&r, f->group[g].variable[i], (uint32_t)row),
                                        record_get(&back, f->group[g].variable[i], (uint32_t)row)));
    }
    record_clear(&back); /* the identity part alone makes the rows it needs */
    assert_true(body_decode(&back, buf_text(&identity), &n, &lost, &e));
    assert_string_equal(
        json_of(&back),
        "{\"name\":\"Ana\",\"birth_date\":\"1990-02\",\"episode\":[{},{\"alias\":\"Bia\"}]}");
}

static void encoding_kept(void **state) /* S12: in the coded part, which is sealed */
{
    (void)state;
    static const char bytes[] = "DL\1 of Ana: \0 and more";
    const struct text encoding = {bytes, sizeof bytes - 1};
    struct record back;
    struct err e = {0};
    size_t lost = 99;
    fill();
    encode(&r, &n);
    struct text plain = {arena_copy(a, coded.p, coded.n), coded.n};
    struct text names = {arena_copy(a, identity.p, identity.n), identity.n};
    r.encoding = encoding;
    encode(&r, &n);
    assert_true(text_equal(names, buf_text(&identity)));
    assert_memory_equal(coded.p, plain.p, plain.n); /* the rest stays as it was */
    assert_int_equal(coded.n, plain.n + 1 + encoding.n);
    body_put_encoding(&coded, (struct text){NULL, 0});
    assert_int_equal(coded.n, plain.n + 1 + encoding.n);

    assert_true(text_equal(body_bare(buf_text(&coded)), plain));
    assert_true(text_equal(body_bare(plain), plain));
    assert_true(text_equal(body_bare(TEXT("\x82\x01")), TEXT("\x82\x01")));
    assert_int_equal(body_bare((struct text){"", 0}).n, 0);

    record_init(&back, d, f, a);
    assert_int_equal(back.encoding.n, 0);
    assert_true(body_decode(&back, buf_text(&coded), &n, &lost, &e));
    assert_int_equal(lost, 0);
    assert_true(text_equal(back.encoding, encoding));
    assert_true(body_decode(&back, names, &n, NULL, &e)); /* which leaves it */
    assert_true(text_equal(back.encoding, encoding));
    assert_string_equal(json_of(&back), json_of(&r));
    assert_null(strstr(json_of(&back), "DL")); /* no document shows it */
    record_clear(&back);
    assert_int_equal(back.encoding.n, 0);
    assert_true(body_decode(&back, plain, &n, NULL, &e)); /* made before there were any */
    assert_int_equal(back.encoding.n, 0);

    for (size_t i = plain.n + 1; i < coded.n; i++) /* cut short */
        assert_false(body_decode(&back, (struct text){coded.p, i}, &n, NULL, &e));
    assert_string_equal(e.id, "body.damaged");
    buf_put_u8(&coded, 0); /* and too long */
    assert_false(body_decode(&back, buf_text(&coded), &n, NULL, &e));
    static const unsigned char wrong[] = {0x40, 0x00, 0x61}; /* none, a number, a text */
    for (size_t i = 0; i < sizeof wrong; i++) {
        buf_clear(&coded);
        buf_put(&coded, plain.p, plain.n);
        buf_put_u8(&coded, wrong[i]);
        if (i == 2) buf_put_u8(&coded, 'x');
        record_clear(&back);
        assert_false(body_decode(&back, buf_text(&coded), &n, NULL, &e));
    }
    char *many = ARENA_ARRAY(a, char, BODY_ENCODING_MAX + 1);
    buf_clear(&coded);
    buf_put(&coded, plain.p, plain.n);
    cbor_put_bytes(&coded, many, BODY_ENCODING_MAX + 1);
    record_clear(&back);
    assert_false(body_decode(&back, buf_text(&coded), &n, NULL, &e));
}

static void identifiers_apart(void **state) /* S12: what the two seals hold */
{
    (void)state;
    size_t at;
    fill();
    encode(&r, &n);
    assert_false(text_find(buf_text(&coded), TEXT("Ana"), &at));
    assert_false(text_find(buf_text(&coded), TEXT("Bia"), &at));
    assert_false(text_find(buf_text(&coded), TEXT("1990"), &at));
    assert_true(text_find(buf_text(&identity), TEXT("Ana"), &at));
    assert_false(text_find(buf_text(&identity), TEXT("E110"), &at));
    record_clear(&r);
    set("sex", 0, "F");
    add(&r, "episode", 0);
    encode(&r, &n);
    assert_int_equal(identity.n, 0); /* no identifiers: no envelope */
    assert_true(coded.n > 0);
}

static void same_bytes(void **state)
{
    (void)state;
    fill();
    encode(&r, &n);
    struct text first = {arena_copy(a, coded.p, coded.n), coded.n};
    record_clear(&r);
    set("organisation", 0, "GNR"); /* in another order, with other spellings */
    set("means", 0, "M5;M1");
    set("pay", 0, "1,500");
    fill();
    encode(&r, &n);
    assert_true(text_equal(first, buf_text(&coded)));
    /* A dictionary whose rows stand in another order writes the same bytes under the same numbers. */
    struct problems p;
    struct err e = {0};
    struct dictionary *turned;
    const char *sheet =
        small_edit("dictionary/victim.csv", "decimal,pay,Pay,Salário,,,,,,,,,,-,,,,\n", "");
    struct small_file instead[] = {{"dictionary/victim.csv", NULL}, {NULL, NULL}};
    const char *age = strstr(sheet, "integer,age");
    instead[0].content = arena_printf(a, "%.*sdecimal,pay,Pay,Salário,,,,,,,,,,-,,,,\n%s",
                                      (int)(age - sheet), sheet, age);
    assert_true(small_load(&turned, instead, "", &p, &e));
    struct numbering_entry entry[200];
    size_t k = 0;
    for (size_t i = 0; i < n.n_number; i++)
        if (n.variable[i] != VAR_NONE)
            entry[k++] =
                (struct numbering_entry){false, d->variable[n.variable[i]].name, (uint32_t)i};
    for (size_t i = 0; i < f->n_group; i++)
        entry[k++] = (struct numbering_entry){true, f->group[i].name, (uint32_t)i};
    struct numbering other;
    struct record back;
    const struct form *form = dictionary_form(turned, TEXT("victim"));
    dictionary_add_organisation(turned, TEXT("GNR"), TEXT("Guarda"), TEXT("10"));
    numbering_init(&other, turned, form, entry, k, a);
    record_init(&back, turned, form, a);
    assert_true(body_decode(&back, first, &other, NULL, &e));
    encode(&back, &other);
    assert_true(text_equal(first, buf_text(&coded)));
    problems_release(&p);
    dictionary_free(turned);
}

/* Decode what `r` says under a dictionary with one file instead; the JSON it then is. */
static const char *under(const char *file, const char *content, size_t want_lost)
{
    struct problems p;
    struct err e = {0};
    struct dictionary *other;
    struct small_file instead[] = {{file, content}, {"rules.csv", NULL}, {NULL, NULL}};
    if (!small_load(&other, instead, "", &p, &e)) fail_msg("%s: %s", e.msg, p.item[0].message);
    struct numbering_entry entry[200];
    size_t k = 0, lost = 0;
    for (size_t i = 0; i < n.n_number; i++)
        if (n.variable[i] != VAR_NONE)
            entry[k++] =
                (struct numbering_entry){false, d->variable[n.variable[i]].name, (uint32_t)i};
    for (size_t i = 0; i < f->n_group; i++)
        entry[k++] = (struct numbering_entry){true, f->group[i].name, (uint32_t)i};
    struct numbering num;
    struct record back;
    const struct form *form = dictionary_form(other, TEXT("victim"));
    numbering_init(&num, other, form, entry, k, a);
    record_init(&back, other, form, a);
    encode(&r, &n);
    assert_true(body_decode(&back, buf_text(&coded), &num, &lost, &e));
    assert_int_equal(lost, want_lost);
    const char *json = json_of(&back);
    problems_release(&p);
    dictionary_free(other);
    return json;
}

static void another_dictionary(void **state)
{
    (void)state;
    record_clear(&r);
    set("sex", 0, "X");
    set("means", 0, "M1 M2");
    set("age", 0, "17");
    set("note", 0, "12");
    const char *means =
        small_edit("codelists/CL_MEANS.csv", "M1,Threat or force,Ameaça ou força,,,1,\n", "");
    assert_string_equal(under("codelists/CL_MEANS.csv", means, 1),
                        "{\"note\":\"12\",\"sex\":\"X\",\"means\":[\"M2\"],\"age\":17}");
    const char *sex = small_edit("codelists/CL_SEX.csv", "X,Other,Outro,,,,30,,UNK\n", "");
    assert_string_equal(under("codelists/CL_SEX.csv", sex, 1),
                        "{\"note\":\"12\",\"sex\":\"U\",\"means\":[\"M1\",\"M2\"],\"age\":17}");
    const char *gone =
        small_edit("dictionary/victim.csv", "text,note,Note,Nota,,,,,,,,,,O,,,,\n", "");
    assert_string_equal(under("dictionary/victim.csv", gone, 1),
                        "{\"sex\":\"X\",\"means\":[\"M1\",\"M2\"],\"age\":17}");
    const char *typed =
        small_edit("dictionary/victim.csv", "text,note,", "integer,note,"); /* a text no more */
    assert_string_equal(under("dictionary/victim.csv", typed, 1),
                        "{\"note\":\"U\",\"sex\":\"X\",\"means\":[\"M1\",\"M2\"],\"age\":17}");
    const char *one =
        small_edit("dictionary/victim.csv", "select_one CL_SEX", "select_multiple CL_SEX");
    assert_string_equal(under("dictionary/victim.csv", one, 0), /* one code is also several */
                        "{\"note\":\"12\",\"sex\":[\"X\"],\"means\":[\"M1\",\"M2\"],\"age\":17}");
    /* Several codes where there is room for one: unknown. A single one stays. */
    const char *single = small_edit("dictionary/victim.csv", "select_multiple CL_MEANS,means",
                                    "select_one CL_MEANS,means");
    assert_string_equal(under("dictionary/victim.csv", single, 1),
                        "{\"note\":\"12\",\"sex\":\"X\",\"means\":\"U\",\"age\":17}");
    set("means", 0, "M1");
    assert_string_equal(under("dictionary/victim.csv", single, 0),
                        "{\"note\":\"12\",\"sex\":\"X\",\"means\":\"M1\",\"age\":17}");
    const char *decimal = small_edit("dictionary/victim.csv", "integer,age,", "decimal,age,");
    assert_string_equal(under("dictionary/victim.csv", decimal, 0),
                        "{\"note\":\"12\",\"sex\":\"X\",\"means\":[\"M1\"],\"age\":\"17\"}");
}

static void groups_gone(void **state)
{
    (void)state;
    record_clear(&r);
    set("age", 0, "17");
    add(&r, "episode", 0);
    add(&r, "episode", 0);
    set("start", 0, "2018");
    set("start", 1, "2019");
    add(&r, "exploitation", 0);
    add(&r, "exploitation", 1);
    set("form", 0, "E110");
    set("form", 1, "E200");
    add(&r, "assistance", 0);
    set("kind", 0, "M1");
    static const char repeats[] =
        "begin_repeat,exploitation,Exploitation,Exploração,,,,,,,,,,,,,,\n"
        "select_one CL_EXPL,form,Form,Forma,,,,,,,,,,S,,,,\n"
        "end_repeat,,,,,,,,,,,,,,,,,\nend_repeat,,,,,,,,,,,,,,,,,\n";
    /* exploitation gone: two values lost */
    const char *sheet =
        small_edit("dictionary/victim.csv", repeats, "end_repeat,,,,,,,,,,,,,,,,,\n");
    assert_string_equal(under("dictionary/victim.csv", sheet, 2),
                        "{\"age\":17,\"episode\":[{\"start\":\"2018\"},{\"start\":\"2019\"}],"
                        "\"assistance\":[{\"kind\":[\"M1\"]}]}");
    /* exploitation under the record: the row under episode 1 has no place, so the repeat is given up */
    sheet = small_edit("dictionary/victim.csv", repeats,
                       "end_repeat,,,,,,,,,,,,,,,,,\n"
                       "begin_repeat,exploitation,Exploitation,Exploração,,,,,,,,,,,,,,\n"
                       "select_one CL_EXPL,form,Form,Forma,,,,,,,,,,S,,,,\n"
                       "end_repeat,,,,,,,,,,,,,,,,,\n");
    assert_string_equal(under("dictionary/victim.csv", sheet, 2),
                        "{\"age\":17,\"episode\":[{\"start\":\"2018\"},{\"start\":\"2019\"}],"
                        "\"assistance\":[{\"kind\":[\"M1\"]}]}");
    /* a variable that moved to another group */
    sheet = small_edit(
        "dictionary/victim.csv",
        "integer,age,Age,Idade,,,,. >= 0 and . <= 120,From 0 to 120.,De 0 a 120.,,,,Q,,,,\n", "");
    const char *start = strstr(sheet, "text,start,");
    sheet = arena_printf(a, "%.*sinteger,age,Age,Idade,,,,,,,,,,Q,,,,\n%s", (int)(start - sheet),
                         sheet, start);
    assert_string_equal(
        under("dictionary/victim.csv", sheet, 1),
        "{\"episode\":[{\"start\":\"2018\",\"exploitation\":[{\"form\":\"E110\"}]},{\"start\":\"2019\","
        "\"exploitation\":[{\"form\":\"E200\"}]}],\"assistance\":[{\"kind\":[\"M1\"]}]}");
}

static bool decodes(const char *p, size_t size)
{
    static struct record back;
    struct err e = {0};
    struct arena *own = arena_new(ARENA_PLAIN);
    char *copy =
        malloc(size == 0 ? 1 : size); /* so that the sanitizer sees a byte read behind it */
    assert_non_null(copy);
    if (size > 0) memcpy(copy, p, size);
    record_init(&back, d, f, own);
    bool ok = body_decode(&back, (struct text){copy, size}, &n, NULL, &e);
    if (!ok) {
        assert_int_equal(e.code, ERR_STORE);
        assert_string_equal(e.id, "body.damaged");
    }
    free(copy);
    arena_free(own);
    return ok;
}

static void damaged(void **state)
{
    (void)state;
    fill();
    encode(&r, &n);
    assert_true(decodes(coded.p, coded.n));
    for (size_t i = 0; i < coded.n; i++) assert_false(decodes(coded.p, i)); /* cut anywhere */
    char longer[2000];
    memcpy(longer, coded.p, coded.n);
    longer[coded.n] = 0;
    assert_false(decodes(longer, coded.n + 1)); /* something behind it */
    for (size_t i = 0; i < coded.n; i++) { /* any bit turned: refused, or read as something else */
        for (int bit = 0; bit < 8; bit++) {
            memcpy(longer, coded.p, coded.n);
            longer[i] = (char)(longer[i] ^ (1 << bit));
            (void)decodes(longer, coded.n);
        }
    }
    static const char *const bad[] = {
        "",
        "80",
        "00",
        "8101",
        "8102",
        "820180",
        "82018100",
        "8201820080",
        "820182008100ff",
        "82018200820001",           /* a pair without value */
        "8201820083000100ff",       /* one byte too many */
        "8201820083000180",         /* an empty array as value */
        "820182008300018100",       /* missing 0 */
        "820182008300018106",       /* missing 6 */
        "8201820083000182056161",   /* an unknown tag */
        "82018200830001830900",     /* a decimal without scale */
        "820182008300018309000018", /* head cut */
        "82018200830001f6",
        "82018200830001f5",
        "82018200830001a0",
        "82018200830001fb0000000000000000",
        "8201820083000245323031395a", /* a date that is none */
        "820182008500076146016161",   /* numbers not ascending */
        "820182008500076146076146",
        "82018201830000076146", /* a row of two items */
        "8201820181001b",
        "9b7fffffffffffffff01",
        "82018200830008830081",
        "8201820083000882009bffffffffffffffff",
        "820182008300091bffffffffffffffff" /* an integer beyond 63 bits */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char bytes[64];
        size_t size = strlen(bad[i]) / 2;
        assert_true(crypto_unhex(bytes, size, text_of(bad[i])));
        if (decodes(bytes, size)) fail_msg("%s was taken", bad[i]);
    }
    /* 2,000 instances: more than a record may have */
    struct buf b;
    buf_init(&b, 100000);
    cbor_put_array(&b, 2);
    cbor_put_uint(&b, 1);
    cbor_put_array(&b, 2001);
    cbor_put_uint(&b, 1);
    for (int i = 0; i < 2000; i++) {
        cbor_put_array(&b, 1);
        cbor_put_uint(&b, 0);
    }
    assert_false(decodes(b.p, b.n));
    buf_release(&b);
}

static void random_value(struct random *rnd, struct record *rec, const struct variable *v,
                         uint32_t row)
{
    static const char *const dates[] = {"1999", "2001-07", "2020-02-29", "1900-01-01"};
    static const char *const texts[] = {
        "x", "a longer text \xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC with euros"};
    struct value *out = record_value(rec, v->id, row);
    char t[40];
    const struct codelist *l = v->list == LIST_NONE ? NULL : d->list[v->list];
    if (random_below(rnd, 3) == 0 || (l != NULL && l->n_code == 0)) return;
    if (random_below(rnd, 6) == 0) {
        *out =
            (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)(1 + random_below(rnd, 5))};
        return;
    }
    switch (v->type) {
    case VARIABLE_TEXT:
        *out = (struct value){.kind = VALUE_TEXT, .text = text_of(texts[random_below(rnd, 2)])};
        return;
    case VARIABLE_INTEGER:
        *out = (struct value){.kind = VALUE_INTEGER,
                              .integer = (int64_t)(random_u64(rnd) >> (1 + random_below(rnd, 63)))};
        if (random_below(rnd, 2) == 0) out->integer = -out->integer;
        return;
    case VARIABLE_DECIMAL:
        snprintf(t, sizeof t, "%llu.%llu", (unsigned long long)random_below(rnd, 1000000),
                 (unsigned long long)random_below(rnd, 1000));
        break;
    case VARIABLE_DATE:
        snprintf(t, sizeof t, "%s", dates[v->partial ? random_below(rnd, 4) : 2]);
        break;
    case VARIABLE_CODE:
        *out = (struct value){.kind = VALUE_CODE, .code = (code_id)random_below(rnd, l->n_code)};
        return;
    case VARIABLE_CODES:
        snprintf(t, sizeof t, "%s %s", l->code[random_below(rnd, l->n_code)].name,
                 l->code[random_below(rnd, l->n_code)].name);
        break;
    default: return;
    }
    assert_int_equal(value_read(out, d, v->id, text_of(t), DATE_ISO, 17000, rec->arena),
                     VALUE_READ_OK);
}

static void random_records(void **state)
{
    (void)state;
    struct random rnd;
    struct err e = {0};
    struct record one, two;
    struct arena *own = arena_new(ARENA_PLAIN);
    random_init(&rnd, 11);
    record_init(&one, d, f, own);
    record_init(&two, d, f, own);
    struct arena_mark m = arena_mark(own);
    for (int i = 0; i < 3000; i++) {
        arena_rewind(own, m);
        record_clear(&one);
        record_clear(&two);
        for (group_id g = 1; g < f->n_group; g++)
            for (uint32_t p = 0; p < one.table[f->group[g].parent].n_row; p++)
                for (uint64_t k = random_below(&rnd, 4); k > 0; k--) {
                    uint32_t row;
                    assert_true(record_add(&row, &one, g, p, &e));
                }
        for (size_t g = 0; g < f->n_group; g++)
            for (uint32_t row = 0; row < one.table[g].n_row; row++)
                for (size_t v = 0; v < f->group[g].n_variable; v++)
                    random_value(&rnd, &one, &d->variable[f->group[g].variable[v]], row);
        encode(&one, &n);
        size_t lost = 1;
        assert_true(body_decode(&two, buf_text(&coded), &n, &lost, &e));
        assert_int_equal(lost, 0);
        if (identity.n > 0) assert_true(body_decode(&two, buf_text(&identity), &n, &lost, &e));
        for (size_t g = 0; g < f->n_group; g++) {
            assert_int_equal(one.table[g].n_row, two.table[g].n_row);
            for (uint32_t row = 0; row < one.table[g].n_row; row++) {
                assert_int_equal(one.table[g].parent[row], two.table[g].parent[row]);
                for (size_t v = 0; v < f->group[g].n_variable; v++)
                    assert_true(value_equal(record_get(&one, f->group[g].variable[v], row),
                                            record_get(&two, f->group[g].variable[v], row)));
            }
        }
    }
    arena_free(own);
}

static void lists_that_grow(void **state)
{
    (void)state;
    struct record back;
    struct err e = {0};
    record_clear(&r);
    dictionary_add_organisation(d, TEXT("PJ"), TEXT("Judiciária"),
                                TEXT("10")); /* after numbering_init() */
    dictionary_add_organisation(d, TEXT("a-rather-long-code-of-an-organisation"), TEXT("Long"),
                                TEXT("50"));
    record_init(&back, d, f, a);
    static const char *const codes[] = {"GNR", "PJ", "a-rather-long-code-of-an-organisation"};
    for (size_t i = 0; i < 3; i++) {
        record_clear(&r);
        record_clear(&back);
        set("organisation", 0, codes[i]);
        encode(&r, &n);
        assert_true(body_decode(&back, buf_text(&coded), &n, NULL, &e));
        assert_string_equal(json_of(&back), arena_printf(a, "{\"organisation\":\"%s\"}", codes[i]));
    }
}

/* Processor time of this program: other work on the machine does not count. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void speed(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    enum { ROUNDS = 200000 };
    struct record back;
    struct err e = {0};
    struct arena *own = arena_new(ARENA_PLAIN);
    record_clear(&r);
    for (int i = 0; i < 3; i++) add(&r, "episode", 0);
    for (uint32_t i = 0; i < 3; i++) {
        set("start", i, "2018-05");
        set("end", i, "2019-05-03");
        add(&r, "exploitation", i);
        set("form", i, "E110");
        for (int k = 0; k < 2; k++) set("kind", add(&r, "assistance", 0), "M1 M2");
    }
    static const char *const names[] = {"ref", "sex",     "means",     "age",
                                        "pay", "country", "age_legal", "note"};
    static const char *const values[] = {"2019/123", "F", "M1 M5", "17", "1.5", "PT", "CH", "-"};
    for (size_t i = 0; i < 8; i++)
        set(names[i], 0, values[i]); /* with repeats, 23 values in 13 rows */
    double t = cpu_seconds();
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&coded);
        body_encode(&coded, &r, &n, BODY_CODED);
    }
    double encoded = cpu_seconds() - t;
    record_init(&back, d, f, own);
    struct arena_mark m = arena_mark(own);
    t = cpu_seconds();
    for (int i = 0; i < ROUNDS; i++) {
        arena_rewind(own, m);
        record_clear(&back);
        assert_true(body_decode(&back, buf_text(&coded), &n, NULL, &e));
    }
    double decoded = cpu_seconds() - t;
    print_message("a million bodies of 23 values in 13 rows: encode %.2f s, decode %.2f s\n",
                  encoded * 1000000 / ROUNDS, decoded * 1000000 / ROUNDS);
    assert_true(encoded * 5 < 5 &&
                decoded * 5 < 7.5); /* five times what is promised */
    arena_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand),
                                       cmocka_unit_test(both_ways),
                                       cmocka_unit_test(identifiers_apart),
                                       cmocka_unit_test(encoding_kept),
                                       cmocka_unit_test(same_bytes),
                                       cmocka_unit_test(another_dictionary),
                                       cmocka_unit_test(groups_gone),
                                       cmocka_unit_test(damaged),
                                       cmocka_unit_test(random_records),
                                       cmocka_unit_test(lists_that_grow),
                                       cmocka_unit_test(speed)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
