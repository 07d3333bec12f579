/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of bench/crowd.c and its parts
 *  1 the same options, the same bytes, in any order of asking   2 who is who
 *  3 every error as often as rates.csv says   4 what the file shows: sexes, dates, missing values
 *  5 letters, quotes, columns   6 families and namesakes   7 layouts   8 what is refused
 *  9 names by the rules of their language   10 misspelling */
#include "harness.h"

#include "crowd.h"
#include "crowd_person.h"
#include "crowd_words.h"

#include "base/csv.h"
#include "base/mem.h"

#include <math.h>

enum { RECORDS = 20000 };

static struct crowd *crowd_of(uint32_t n, uint64_t seed, int level, const char *layout)
{
    struct crowd *p;
    struct err e = {0};
    struct crowd_options o = {.n_record = n,
                              .seed = seed,
                              .level = level,
                              .layout = layout,
                              .folder = harness_source("bench/people")};
    if (!crowd_new(&p, &o, &e)) fail_msg("%s", e.msg);
    return p;
}

static void whole_file(struct buf *out, uint32_t n, uint64_t seed, int level, const char *layout)
{
    struct crowd *p = crowd_of(n, seed, level, layout);
    struct crowd_record r;
    buf_init(out, 64 << 20);
    crowd_put_header(p, out);
    while (crowd_next(p, &r)) crowd_put_row(p, &r, out);
    crowd_free(p);
    assert_true(buf_ok(out, NULL));
}

static void the_same_options_give_the_same_bytes(void **state)
{
    (void)state;
    struct buf a, b, c;
    whole_file(&a, 3000, 7, 2, NULL);
    whole_file(&b, 3000, 7, 2, "case");
    whole_file(&c, 3000, 8, 2, NULL);
    assert_true(text_equal(buf_text(&a), buf_text(&b)));
    assert_false(text_equal(buf_text(&a), buf_text(&c)));
    buf_release(&a);
    buf_release(&b);
    buf_release(&c);
    /* Asked for by number, as several threads do, records are those of the stream. */
    struct crowd *p = crowd_of(500, 7, 3, NULL), *q = crowd_of(500, 7, 3, NULL);
    struct crowd_record *stream = mem_new(1, sizeof *stream), *asked = mem_new(1, sizeof *asked);
    crowd_at(q, 499, asked);
    for (uint32_t i = 0; crowd_next(p, stream); i++) {
        crowd_at(q, i, asked);
        assert_int_equal(stream->person, asked->person);
        assert_int_equal(stream->did, asked->did);
        for (size_t k = 0; k < ROLE_COUNT; k++)
            assert_string_equal(stream->value[k], asked->value[k]);
    }
    mem_free(stream);
    mem_free(asked);
    crowd_free(p);
    crowd_free(q);
}

static void every_person_has_records_and_levels_share_the_truth(void **state)
{
    (void)state;
    struct crowd *p = crowd_of(RECORDS, 1, 1, NULL);
    struct crowd_record *r = mem_new(1, sizeof *r);
    uint32_t n_person = crowd_count(p), single = 0, neighbours = 0, before = UINT32_MAX, n = 0;
    uint32_t *records = mem_new(n_person, sizeof *records);
    while (crowd_next(p, r)) {
        char id[16], number[16];
        assert_true(r->person < n_person);
        snprintf(id, sizeof id, "%u", r->person);
        snprintf(number, sizeof number, "r%07u", n++);
        assert_string_equal(r->value[ROLE_ent_id], id);
        assert_string_equal(r->value[ROLE_rec_id], number);
        records[r->person]++;
        neighbours += r->person == before;
        before = r->person;
    }
    assert_int_equal(n, RECORDS);
    for (uint32_t i = 0; i < n_person; i++) {
        assert_true(records[i] > 0);
        single += records[i] == 1;
    }
    /* One more with probability q: 1 - q of the persons have one; 5 standard errors of n_person. */
    assert_true(fabs((double)single / n_person - (1 - crowd_rate(p, RATE_more_records))) < 0.022);
    assert_true(neighbours < 10); /* the order of the file does not tell */
    mem_free(records);
    crowd_free(p);

    /* Levels differ in who writes how, not in who there is. */
    struct crowd *careful = crowd_of(2000, 5, 1, NULL), *harsh = crowd_of(2000, 5, 3, NULL);
    struct crowd_record *other = mem_new(1, sizeof *other);
    uint32_t same = 0;
    assert_true(abs((int)crowd_count(careful) - (int)crowd_count(harsh)) < 100);
    while (crowd_next(careful, r) && crowd_next(harsh, other))
        same += strcmp(r->value[ROLE_given_name], other->value[ROLE_given_name]) == 0;
    assert_true(same < 2000);
    mem_free(other);
    mem_free(r);
    crowd_free(careful);
    crowd_free(harsh);
}

/* Of the records to which something could happen, the share that the data state: within five
 * standard errors, each record an independent draw. */
static void errors_are_as_frequent_as_stated(void **state)
{
    (void)state;
    struct crowd_record *r = mem_new(1, sizeof *r);
    for (int level = 1; level <= 3; level++) {
        struct crowd *p = crowd_of(RECORDS, (uint64_t)level, level, NULL);
        double could[RATE_COUNT] = {0}, did[RATE_COUNT] = {0};
        while (crowd_next(p, r)) {
            assert_int_equal(r->did & ~r->could, 0);
            for (size_t i = 0; i < RATE_COUNT; i++) {
                could[i] += (double)(r->could >> i & 1);
                did[i] += (double)(r->did >> i & 1);
            }
        }
        size_t rolled = 0;
        for (size_t i = 0; i < RATE_COUNT; i++) {
            double rate = crowd_rate(p, (enum crowd_rate)i);
            if (could[i] == 0) continue; /* of the plan, not of a record */
            rolled++;
            double tolerance = 5 * sqrt(rate * (1 - rate) / could[i]) + 1 / could[i];
            if (fabs(did[i] / could[i] - rate) > tolerance)
                fail_msg("level %d, %s: %.4f of %.0f records, %.4f stated", level,
                         crowd_rate_name((enum crowd_rate)i), did[i] / could[i], could[i], rate);
        }
        assert_int_equal(rolled, RATE_COUNT - 11); /* eleven rates are of the plan and the person */
        crowd_free(p);
    }
    mem_free(r);
}

static void the_file_shows_what_is_stated(void **state)
{
    (void)state;
    struct crowd_record *r = mem_new(1, sizeof *r);
    struct crowd *p = crowd_of(RECORDS, 11, 2, NULL);
    uint32_t n_person = crowd_count(p), pairs = 0, same_sex = 0, dates = 0, same_date = 0;
    char(*sex)[2] = mem_new(n_person, sizeof *sex);
    char(*dob)[12] = mem_new(n_person, sizeof *dob);
    double n[ORGANISATION_MAX] = {0}, missing[ORGANISATION_MAX] = {0}, upper = 0;
    while (crowd_next(p, r)) {
        const char *s = r->value[ROLE_sex], *d = r->value[ROLE_dob];
        if (sex[r->person][0] != 0 && s[0] != 0) {
            pairs++;
            same_sex += sex[r->person][0] == s[0];
        }
        if (strlen(d) == 10 && strlen(dob[r->person]) == 10) {
            dates++;
            same_date += strcmp(d, dob[r->person]) == 0;
        }
        if (s[0] != 0) snprintf(sex[r->person], sizeof *sex, "%.1s", s);
        if (d[0] != 0) snprintf(dob[r->person], sizeof *dob, "%.10s", d);
        n[r->organisation]++;
        missing[r->organisation] += r->value[ROLE_doc_no][0] == 0;
        upper += r->value[ROLE_given_name][0] == 'M' && r->value[ROLE_given_name][1] == 'A';
    }
    /* Two records disagree when one of them is wrong. */
    double wrong = crowd_rate(p, RATE_sex_wrong);
    assert_true(pairs > 4000);
    assert_true(fabs((double)same_sex / pairs - (1 - 2 * wrong)) < 0.005);
    /* Dates agree where none of six errors hit either record: more than half, less than all. */
    double right = 1;
    for (enum crowd_rate i = RATE_dob_digit; i <= RATE_dob_first; i++)
        right *= 1 - crowd_rate(p, i);
    assert_true(dates > 2000);
    assert_true((double)same_date / dates > right * right - 0.05);
    assert_true((double)same_date / dates < right * right + 0.03);
    for (size_t i = 0; i < p->data.n_organisation; i++) {
        double has = p->data.organisation[i].has[FIELD_DOCUMENT];
        double odds = (1 - has) / has * crowd_rate(p, RATE_missing_odds);
        double stated = odds / (1 + odds);
        assert_true(n[i] > 1000);
        assert_true(fabs(missing[i] / n[i] - stated) < 5 * sqrt(stated * (1 - stated) / n[i]));
    }
    assert_true(upper > 20); /* some write capitals */
    mem_free(sex);
    mem_free(dob);
    mem_free(r);
    crowd_free(p);
}

static void bytes_are_letters_and_rows_have_their_columns(void **state)
{
    (void)state;
    static const char *const layouts[] = {"case", "family", "roll", "sparse"};
    static const size_t columns[] = {14, 11, 9, 9};
    for (size_t k = 0; k < 4; k++) {
        struct buf all;
        struct csv_reader *reader;
        struct csv_row row;
        struct err e = {0};
        bool found = true;
        uint32_t n = 0, cyrillic = 0;
        whole_file(&all, 5000, 3, 3, layouts[k]);
        assert_true(text_is_utf8(buf_text(&all), NULL));
        struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
        assert_true(csv_open_memory(&reader, buf_text(&all), &o, &e));
        while (found) {
            assert_true(csv_next(reader, &row, &found, &e));
            if (!found) break;
            n++;
            assert_int_equal(row.n_field, columns[k]);
            assert_true(row.field[0].n > 0 && row.field[columns[k] - 1].n > 0);
            for (size_t i = 0; i < row.n_field; i++) {
                struct text t = row.field[i];
                for (size_t at = 0; at < t.n; at++) {
                    assert_true((unsigned char)t.p[at] >= ' ' && t.p[at] != '"');
                    cyrillic += (unsigned char)t.p[at] == 0xD0;
                }
            }
        }
        assert_int_equal(n, 5001);
        assert_true(cyrillic > 100); /* some organisations write it */
        csv_close(reader);
        buf_release(&all);
    }
}

static void families_share_and_namesakes_mislead(void **state)
{
    (void)state;
    struct crowd *p = crowd_of(RECORDS, 4, 1, NULL);
    struct person *a = mem_new(1, sizeof *a), *b = mem_new(1, sizeof *b);
    uint32_t n = crowd_count(p), relatives = 0, same_name = 0, twins = 0, namesakes = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct slot *s = &p->slot[i];
        if (s->family == i && s->namesake == i) continue;
        person_make(a, p, i);
        if (s->family != i) {
            person_make(b, p, crowd_family(p, i));
            relatives++;
            assert_ptr_equal(a->origin, b->origin);
            assert_string_equal(a->address[0], b->address[0]);
            same_name += strcmp(a->as_man.piece[0].text, b->as_man.piece[0].text) == 0;
            if (s->relation == RELATION_TWIN) {
                twins++;
                assert_int_equal(a->born, b->born);
            }
        } else {
            person_make(b, p, s->namesake);
            namesakes++;
            assert_string_equal(a->given[0].text, b->given[0].text);
            assert_string_equal(a->born_as.piece[0].text, b->born_as.piece[0].text);
            assert_true(a->female == b->female);
            assert_true(labs((long)a->born - (long)b->born) < 366);
            assert_string_not_equal(a->phone[0], b->phone[0]);
        }
    }
    assert_true(relatives > 500 && twins > 20 && namesakes > 50);
    /* All but those who married into it. */
    assert_true(fabs((double)same_name / relatives - (1 - crowd_rate(p, RATE_spouse))) < 0.06);
    mem_free(a);
    mem_free(b);
    crowd_free(p);
}

static void layouts_are_the_files(void **state)
{
    (void)state;
    struct buf b;
    whole_file(&b, 1, 1, 1, "sparse");
    assert_true(
        text_starts(buf_text(&b),
                    TEXT("id,name,surname,alias,sex,birth_year,citizenship,seen,person\r\n")));
    buf_release(&b);
    whole_file(&b, 1, 1, 1, NULL);
    assert_true(
        text_starts(buf_text(&b),
                    TEXT("rec_id,org,given_name,surname,sex,dob,age,nationality,birth_place,doc_no,"
                         "phone,municipality,ref_date,ent_id\r\n")));
    buf_release(&b);
}

static void what_cannot_be_made_is_refused(void **state)
{
    (void)state;
    struct crowd *p;
    struct err e = {0};
    struct crowd_options o = {.n_record = 10, .level = 4, .folder = harness_source("bench/people")};
    assert_false(crowd_new(&p, &o, &e));
    assert_string_equal(e.id, "people.level");
    assert_null(p);
    o.level = 1;
    o.n_record = 0;
    assert_false(crowd_new(&p, &o, &e));
    assert_string_equal(e.id, "people.count");
    o.n_record = 1;
    o.layout = "none";
    assert_false(crowd_new(&p, &o, &e));
    assert_string_equal(e.id, "people.layout");
    o.folder = ".";
    assert_false(crowd_new(&p, &o, &e));
    assert_string_equal(e.id, "csv.open");
    harness_write_text("rates.csv", "rate,level_1,level_2,level_3,what\ntwins,1,1,1,unknown\n");
    assert_false(crowd_new(&p, &o, &e));
    assert_string_equal(e.id, "people.data");
    assert_non_null(strstr(e.msg, "rates.csv line 2"));
    harness_write_text("rates.csv", "rate,level_1,level_2,level_3,what\ntwin,x,1,1,no number\n");
    assert_false(crowd_new(&p, &o, &e));
    assert_non_null(strstr(e.msg, "a number"));
}

static void feminine_is(const char *man, enum gender_rule rule, const char *woman)
{
    char out[PIECE_MAX];
    person_feminine(out, sizeof out, man, rule);
    assert_string_equal(out, woman);
}

static void romanised_is(const struct crowd *p, const char *name, enum crowd_standard s,
                         const char *expected)
{
    struct word w;
    char out[PIECE_MAX];
    word_of(&w, name);
    word_romanise(&w, &p->data.standard[s]);
    word_put(out, sizeof out, &w);
    assert_string_equal(out, expected);
}

static void names_follow_their_language(void **state)
{
    (void)state;
    feminine_is("Novák", GENDER_CZ, "Nováková");
    feminine_is("Novotný", GENDER_CZ, "Novotná");
    feminine_is("Svoboda", GENDER_CZ, "Svobodová");
    feminine_is("Hájek", GENDER_CZ, "Hájková");
    feminine_is("Vaněk", GENDER_CZ, "Vaňková");
    feminine_is("Krejčí", GENDER_CZ, "Krejčí");
    feminine_is("Kowalski", GENDER_PL, "Kowalska");
    feminine_is("Konieczny", GENDER_PL, "Konieczna");
    feminine_is("Nowak", GENDER_PL, "Nowak");
    feminine_is("Вишневський", GENDER_UA, "Вишневська");
    feminine_is("Шевченко", GENDER_UA, "Шевченко");
    feminine_is("Попов", GENDER_UA, "Попова");
    feminine_is("Silva", GENDER_NONE, "Silva");

    struct crowd *p = crowd_of(1, 1, 1, NULL);
    /* The resolution of Ukraine's cabinet of 2010 gives these: Yevhen, Yurii, Yahotyn. */
    romanised_is(p, "Євген", STANDARD_KMU, "Yevhen");
    romanised_is(p, "Юрій", STANDARD_KMU, "Yurii");
    romanised_is(p, "Яготин", STANDARD_KMU, "Yahotyn");
    romanised_is(p, "Знам'янка", STANDARD_KMU, "Znamianka");
    romanised_is(p, "Щербина", STANDARD_KMU, "Shcherbyna");
    romanised_is(p, "Шевченко", STANDARD_PL, "Szewczenko");
    romanised_is(p, "Шевченко", STANDARD_CS, "Ševčenko");
    romanised_is(p, "Шевченко", STANDARD_DE, "Schewtschenko");
    romanised_is(p, "Сергій", STANDARD_BGN, "Serhiy");
    romanised_is(p, "Ганна", STANDARD_RU, "Ganna");
    romanised_is(p, "D'Ávila", STANDARD_KMU, "D'Ávila");
    crowd_free(p);
}

static void misspelling_stays_near(void **state)
{
    (void)state;
    struct random r;
    struct word w;
    char out[PIECE_MAX];
    words_start();
    random_init(&r, 9);
    word_of(&w, "Řezníčková Đặng Łódź Ґанна");
    word_plain(&w);
    word_put(out, sizeof out, &w);
    assert_string_equal(out, "Reznickova Dang Lodz Ґанна");
    word_of(&w, "Đặng ţ ș їжак Ý");
    word_upper(&w);
    word_put(out, sizeof out, &w);
    assert_string_equal(out, "ĐẶNG Ţ Ș ЇЖАК Ý");
    for (int i = 0; i < 2000; i++) {
        struct word was;
        word_of(&w, i % 2 == 0 ? "Nguyễn" : "Коваленко");
        was = w;
        assert_true(word_mistype(&w, &r));
        assert_true(w.n + 1 >= was.n && w.n <= was.n + 1);
        assert_true(w.n != was.n || memcmp(w.c, was.c, w.n * sizeof *w.c) != 0);
    }
    word_of(&w, "Ly");
    assert_false(word_mistype(&w, &r));
    word_of(&w, "AB");
    assert_false(word_misdial(&w, &r));
    word_of(&w, "1984-05-06");
    assert_true(word_misdial(&w, &r));
    word_put(out, sizeof out, &w);
    assert_string_not_equal(out, "1984-05-06");
    assert_int_equal(strlen(out), 10);
    text_put(out, 6, "Žižková"); /* cut between letters: Ž and ž have two bytes each */
    assert_string_equal(out, "Žiž");
    text_put(out, 5, "Žižková");
    assert_string_equal(out, "Ži");
    struct confusion rule = {.names = 3};
    word_of(&rule.from, "rz");
    word_of(&rule.to, "ż");
    word_of(&w, "Rzepka");
    assert_false(word_confuse(&w, &rule, 1, false, 2, &r)); /* of other names */
    assert_false(word_confuse(&w, &rule, 1, true, 3, &r));  /* heard, not read */
    assert_true(word_confuse(&w, &rule, 1, false, 3, &r));
    word_put(out, sizeof out, &w);
    assert_string_equal(out, "Żepka");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_options_give_the_same_bytes),
        cmocka_unit_test(every_person_has_records_and_levels_share_the_truth),
        cmocka_unit_test(errors_are_as_frequent_as_stated),
        cmocka_unit_test(the_file_shows_what_is_stated),
        cmocka_unit_test(bytes_are_letters_and_rows_have_their_columns),
        cmocka_unit_test(families_share_and_namesakes_mislead),
        cmocka_unit_test(layouts_are_the_files),
        cmocka_unit_test(what_cannot_be_made_is_refused),
        cmocka_unit_test(names_follow_their_language),
        cmocka_unit_test(misspelling_stays_near),
    };
    return cmocka_run_group_tests_name("bench/people", tests, NULL, NULL);
}
