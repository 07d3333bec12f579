/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/encode.c
 *  1 the same input and key give the same bytes, whatever was encoded before
 *  2 another key gives other bytes everywhere but in what is said openly: format, tags, lengths,
 *  year
 *  3 nothing of a name, a number or a day stands in the bytes
 *  4 given name and surname are one domain, other columns are not
 *  5 a filter of the longest word is not full, and that of one letter not empty
 *  6 nothing known: no encoding   7 too much: cut as clear text is
 *  8 levels by encodings are those of clear text, but for what docs/methods/linkage.md names */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/compare.h"
#include "linkage/encode.h"
#include "linkage/name.h"

static const struct people_role roles[] = {{"given", LINKAGE_GIVEN}, {"surname", LINKAGE_SURNAME},
                                           {"birth", LINKAGE_BIRTH}, {"document", LINKAGE_NUMBER},
                                           {"town", LINKAGE_TEXT},   {"sex", LINKAGE_CODE}};
enum { N = sizeof roles / sizeof roles[0] };

struct desk {
    struct secret *key;
    struct encoder *encoder;
    struct arena *arena;
};

static void open_desk(struct desk *d, char letter)
{
    d->key = secret_new(CRYPTO_KEY);
    memset(secret_bytes_mut(d->key), letter, CRYPTO_KEY);
    d->encoder = encoder_new(roles, N, d->key);
    d->arena = arena_new(ARENA_WIPE);
}

static void close_desk(struct desk *d)
{
    encoder_free(d->encoder);
    secret_free(d->key);
    arena_free(d->arena);
}

static struct text encode(struct desk *d, const char *line)
{
    struct text value[N] = {{0}}, rest = text_of(line), piece;
    for (size_t i = 0; i < N && text_split(&rest, '|', &piece); i++) value[i] = piece;
    return encoder_encode(d->encoder, value, d->arena);
}

static const char maria[] = "Maria José|Oliveira|1994-06-05|AB123456|Setúbal|F";

static void same(void **state)
{
    (void)state;
    struct desk one, two;
    open_desk(&one, 'k');
    open_desk(&two, 'k');
    struct text first = encode(&one, maria);
    assert_true(first.n > 100 && first.n <= ENCODING_MAX);
    for (int i = 0; i < 50; i++) {
        char line[100];
        snprintf(line, sizeof line, "Person%d|Oliveira|1990-01-%02d|%d|Town|M", i, i % 28 + 1, i);
        (void)encode(&two, line);
    }
    assert_true(text_equal(first, encode(&one, maria)));
    assert_true(text_equal(first, encode(&two, maria)));
    uint8_t fingerprint[ENCODING_FINGERPRINT];
    encoding_fingerprint(fingerprint, one.key);
    assert_true(encoding_check(first, fingerprint, NULL));
    close_desk(&one);
    close_desk(&two);
}

/* The reader stands at the first item of the field. */
static bool field(struct encoding_reader *r, struct text t, const char *name)
{
    if (!encoding_open(r, t)) return false;
    while (encoding_next(r))
        if (r->tag == encoding_tag(name)) return true;
    return false;
}

static struct encoded_word word_of(struct text t, const char *name)
{
    struct encoding_reader r;
    struct encoded_word w = {0};
    assert_true(field(&r, t, name) && encoding_take_word(&w, &r));
    return w;
}

static struct encoded_birth birth_of(struct text t)
{
    struct encoding_reader r;
    struct encoded_birth x = {0};
    assert_true(field(&r, t, "birth") && encoding_take_birth(&x, &r));
    return x;
}

static void other_key(void **state)
{
    (void)state;
    struct desk one, two;
    open_desk(&one, 'k');
    open_desk(&two, 'l');
    struct text a = encode(&one, maria), b = encode(&two, maria);
    struct encoded_word v = word_of(a, "given"), w = word_of(b, "given");
    struct encoded_birth x = birth_of(a), y = birth_of(b);
    assert_int_equal(a.n, b.n);
    assert_int_equal(v.n, w.n);
    assert_true(v.id != w.id);
    for (int i = 0; i < 3; i++) assert_int_not_equal(v.mark[i], w.mark[i]);
    assert_memory_not_equal(v.pairs, w.pairs, sizeof v.pairs);
    assert_memory_not_equal(v.sounds, w.sounds, sizeof v.sounds);
    assert_int_equal(x.year, 1994);
    assert_int_equal(y.year, 1994);
    assert_int_not_equal(x.whole, y.whole);
    assert_int_not_equal(x.month_of_year, y.month_of_year);
    assert_int_not_equal(x.month_day, y.month_day);
    assert_memory_not_equal(x.near_day, y.near_day, sizeof x.near_day);
    uint8_t fingerprint[ENCODING_FINGERPRINT];
    struct err e = {0};
    encoding_fingerprint(fingerprint, two.key);
    assert_false(encoding_check(a, fingerprint, &e));
    assert_string_equal(e.id, "encoding.other_key");
    close_desk(&one);
    close_desk(&two);
}

static bool holds(struct text t, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= t.n; i++) {
        size_t k = 0;
        while (k < n && (t.p[i + k] | 32) == (what[k] | 32)) k++;
        if (k == n) return true;
    }
    return false;
}

static void nothing_open(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d, 'k');
    struct text t = encode(&d, maria);
    static const char *const secret[] = {"mari", "jose", "oliv",  "123",
                                         "AB12", "set",  "1994-", "06-"};
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) assert_false(holds(t, secret[i]));
    close_desk(&d);
}

static void domains(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d, 'k');
    struct text t = encode(&d, "Silva|Silva||silva|Silva|F");
    struct encoded_word given = word_of(t, "given"), surname = word_of(t, "surname"),
                        town = word_of(t, "town"), number = word_of(t, "document");
    assert_true(given.id == surname.id);
    assert_memory_equal(given.pairs, surname.pairs, sizeof given.pairs);
    assert_true(given.id != town.id && town.id != number.id);
    assert_memory_not_equal(given.pairs, town.pairs, sizeof given.pairs);
    assert_int_not_equal(given.mark[0], town.mark[0]);
    close_desk(&d);
}

static int bits(const uint64_t *p, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) sum += __builtin_popcountll(p[i]);
    return sum;
}

static void fill(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d, 'k');
    struct text t = encode(&d, "abcdefghijklmnopqrstuvwxyzabcde|o||12345678901234567890123|x|F");
    struct encoded_word longest = word_of(t, "given"), shortest = word_of(t, "surname"),
                        number = word_of(t, "document");
    assert_int_equal(longest.n, 31);
    assert_in_range(bits(longest.pairs, ENCODED_PAIRS), 60, 110); /* of 192 */
    assert_in_range(bits(shortest.pairs, ENCODED_PAIRS), 7, 12);
    assert_in_range(bits(longest.sounds, ENCODED_SOUNDS), 16, 44); /* of 64 */
    assert_in_range(bits(number.pairs, ENCODED_PAIRS), 50, 96);
    close_desk(&d);
}

static void nothing(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d, 'k');
    assert_int_equal(encode(&d, "").n, 0);
    assert_int_equal(encode(&d, "  | ||--|?|F").n, 0); /* a code is no identifier */
    assert_int_equal(encode(&d, "||unknown|||").n, 0);
    assert_true(encode(&d, "||1994|||").n > 0);
    close_desk(&d);
}

static void too_much(void **state)
{
    (void)state;
    struct desk d;
    struct encoding_reader r;
    char line[3000] = "";
    open_desk(&d, 'k');
    for (int i = 0; i < 300; i++) snprintf(line + strlen(line), 10, "name%d ", i);
    struct text t = encode(&d, line);
    assert_true(field(&r, t, "given"));
    assert_int_equal(r.n, NAME_WORDS);
    close_desk(&d);
}

/* ---- levels ---- */

static void compare(struct compare_result *out, struct compare_plan *plan, bool encoded,
                    const char *a, const char *b)
{
    struct people *p = people_two_of(a, b, encoded ? 'k' : 0);
    compare_plan(plan, p);
    compare_pair(out, plan, 0, 1);
    people_free(p);
}

static void levels(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *field;
        unsigned level; /* by encodings */
    } known[] = {
        {"Ana|Silva", "ANA|silva", "given", WORDS_EQUAL},
        {"Ana|Silva Costa", "Ana|Costa Silva", "surname", WORDS_EQUAL},
        {"Viktor|A", "Wiktor|B", "given", WORDS_NEAR}, /* by sound */
        {"Ana|Rodrigues Coelho", "Ana|Coelho", "surname", WORDS_CONTAINED},
        {"Eva|Kovatova", "Eva|Kovarova", "surname", WORDS_NEAR},
        {"Ana|Silva", "Bohdan|Petrenko", "given", WORDS_DIFFER},
        {"Svetlana|Maloatusoiu", "Maloatusoiu|Svetlana", "order", 0},
        {"||F||AB123456", "||F||AB123456", "document", 4},
        {"||F||AB123456", "||F||AB123466", "document", 3},
        {"||F||AB123456", "||F||AB213456", "document", 3}, /* neighbours exchanged */
        {"||F||AB123456", "||F||ZQ998071", "document", 0},
        {"||F", "||M", "sex", 0},
        {"||F", "||F", "sex", 1},
        {"|||1994-06-05", "|||1994-06-05", "birth", BIRTH_EQUAL},
        {"|||1994-06-05", "|||1994-05-06", "birth", BIRTH_SWAPPED},
        {"|||1978-12-28", "|||1978-12-23", "birth", BIRTH_ONE_CLOSE},
        {"|||1973-12-26", "|||1973-12-56", "birth", BIRTH_ONE_CLOSE},
        {"|||1978-12-28", "|||1987-12-28", "birth", BIRTH_ONE_CLOSE},
        {"|||1978-12-28", "|||1978-11-28", "birth", BIRTH_ONE_CLOSE},
        {"|||1978-12-28", "|||1978-12-11", "birth", BIRTH_TWO},
        {"|||1978-12-28", "|||1961-12-28", "birth", BIRTH_TWO},
        {"|||1999-04-13", "|||1999-04", "birth", BIRTH_AS_MONTH},
        {"|||1999-04-13", "|||1999", "birth", BIRTH_AS_YEAR},
        {"|||1999-04-13", "|||1999-01-01", "birth", BIRTH_AS_YEAR},
        {"|||1999-04-13", "|||1999-09-28", "birth", BIRTH_YEAR},
        {"|||1999-04-13", "|||1998-09-28", "birth", BIRTH_YEAR_CLOSE},
        {"|||1999-04-13", "|||1971-09-28", "birth", BIRTH_DIFFER},
        {"|||1999-04-13", "|||", "birth", COMPARE_MISSING},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct compare_plan plan;
        struct compare_result r, clear;
        size_t at = 0;
        compare(&clear, &plan, false, known[i].a, known[i].b);
        compare(&r, &plan, true, known[i].a, known[i].b);
        while (strcmp(plan.field[at].name, known[i].field) != 0) at++;
        if (r.level[at] != known[i].level)
            print_error("%s / %s: %s\n", known[i].a, known[i].b, known[i].field);
        assert_int_equal(r.level[at], known[i].level);
        assert_int_equal(clear.level[at], known[i].level);
    }
}

int main(void)
{
    crypto_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same),     cmocka_unit_test(other_key), cmocka_unit_test(nothing_open),
        cmocka_unit_test(domains),  cmocka_unit_test(fill),      cmocka_unit_test(nothing),
        cmocka_unit_test(too_much), cmocka_unit_test(levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
