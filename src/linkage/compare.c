/* SPDX-License-Identifier: EUPL-1.2 */
/* Words are weighed by rarity, as in soft TF-IDF (Cohen, Ravikumar, Fienberg 2003): "de" says
 * little, "Cueida" much, and no list of particles is needed. */
#include "linkage/compare.h"

#include "linkage/name.h"
#include "linkage/similar.h"

#include "base/date.h"

#include <string.h>

static const uint8_t levels_of[COMPARE_KINDS] = {
    [COMPARE_WORDS] = WORDS_LEVELS,
    [COMPARE_ORDER] = 2,
    [COMPARE_CODE] = 2,
    [COMPARE_NUMBER] = 5,
    [COMPARE_BIRTH] = BIRTH_LEVELS,
    [COMPARE_AGE] = AGE_LEVELS,
    [COMPARE_REPORTED] = 5,
    [COMPARE_PERIOD] = 4,
};

static size_t add(struct compare_plan *p, enum compare_kind kind, const char *name,
                  const struct people_column *c)
{
    p->field[p->n_field] =
        (struct compare_field){.kind = kind, .name = name, .column = c, .n_level = levels_of[kind]};
    return p->n_field++;
}

void compare_plan(struct compare_plan *out, const struct people *p)
{
    size_t given = SIZE_MAX, surname = SIZE_MAX;
    *out = (struct compare_plan){.people = p};
    for (size_t i = 0; i < p->n_column; i++) {
        const struct people_column *c = &p->column[i];
        switch (c->role) {
        case LINKAGE_GIVEN: given = add(out, COMPARE_WORDS, c->name, c); break;
        case LINKAGE_SURNAME: surname = add(out, COMPARE_WORDS, c->name, c); break;
        case LINKAGE_TEXT: add(out, COMPARE_WORDS, c->name, c); break;
        case LINKAGE_CODE: add(out, COMPARE_CODE, c->name, c); break;
        case LINKAGE_NUMBER:
        case LINKAGE_PHONE: add(out, COMPARE_NUMBER, c->name, c); break;
        default: break;
        }
    }
    if (p->has_birth) add(out, COMPARE_BIRTH, "birth", NULL);
    if (p->has_age) add(out, COMPARE_AGE, "age", NULL);
    if (p->has_reported) add(out, COMPARE_REPORTED, "reported", NULL);
    if (p->has_period) add(out, COMPARE_PERIOD, "period", NULL);
    out->order = out->n_field;
    if (given != SIZE_MAX && surname != SIZE_MAX)
        out->order = add(out, COMPARE_ORDER, "order", NULL);
    out->given = given == SIZE_MAX ? out->n_field : given;
    out->surname = surname == SIZE_MAX ? out->n_field : surname;
}

/* ---- words ---- */

struct words {
    const struct people_words *of;
    const uint32_t *id;
    size_t n;
    float bits; /* of all together */
};

static struct words words_at(const struct people_column *c, size_t record)
{
    return (struct words){c->words, c->id + c->start[record],
                          c->start[record + 1] - c->start[record], c->bits[record]};
}

static struct text spelling(const struct people_word *w)
{
    return (struct text){w->text, w->n};
}

static const double alike_least = 0.78; /* less is not told from nothing */

/* Processors count bits, but not all that Debian runs on; a call for it takes longer than this. */
static uint32_t bits_set(uint32_t x)
{
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return ((x + (x >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24;
}

/* An upper bound of the Jaro-Winkler similarity from lengths, sets of letters and the beginning:
 * most pairs of words need no more. With c common letters it is at most j + p/10 (1 - j), where
 * 3 j = c/a + c/b + 1 and p letters at the beginning are the same: so c (a + b) must reach a b
 * times what stands here for p, in thousandths. */
static bool can_be_alike(struct text a, struct text b, uint32_t letters_a, uint32_t letters_b)
{
    static const uint32_t least[] = {1340, 1266, 1175, 1057, 900};
    uint32_t n_a = (uint32_t)a.n, n_b = (uint32_t)b.n;
    if (n_a == 0 || n_b == 0) return false;
    uint32_t in_a = n_a - bits_set(letters_a & ~letters_b),
             in_b = n_b - bits_set(letters_b & ~letters_a);
    uint32_t have = 1000 * (in_a < in_b ? in_a : in_b) * (n_a + n_b), whole = n_a * n_b;
    if (have < least[4] * whole) return false;
    size_t prefix = 0;
    while (prefix < 4 && prefix < n_a && prefix < n_b && a.p[prefix] == b.p[prefix]) prefix++;
    return have >= least[prefix] * whole;
}

static double alike_text(struct text a, struct text b, uint32_t letters_a, uint32_t letters_b)
{
    return can_be_alike(a, b, letters_a, letters_b) ? similar_jaro_winkler(a, b) : 0;
}

/* ---- encoded words ---- */

/* How many of the pairs that two filters stand for are the same, 0 to 1 (Dice), without what
 * overlaps by chance: with x bits of common pairs, n_a - x and n_b - x others fall on each other
 * among the m - x left. */
static double overlap(const uint64_t *a, const uint64_t *b, size_t n, unsigned n_a, unsigned n_b)
{
    int common = 0;
    for (size_t i = 0; i < n; i++) common += __builtin_popcountll(a[i] & b[i]);
    double m = 64.0 * (double)n, c = common, s = n_a + n_b;
    double left = m - s + c;
    if (left <= 0 || s <= 0) return 0;
    double x = (c * m - (double)n_a * n_b) / left;
    return x <= 0 ? 0 : 2 * x >= s ? 1 : 2 * x / s;
}

/* The Jaro-Winkler similarity that words of this overlap have, on average: the levels are made for
 * it. Names of the labelled sets, docs/methods/linkage.md. */
static double alike_overlap(double dice)
{
    static const struct {
        double dice, alike;
    } at[] = {{0, 0}, {0.38, 0.78}, {0.5, 0.85}, {0.65, 0.93}, {0.8, 0.965}, {1, 1}};
    size_t i = 1;
    while (i + 1 < sizeof at / sizeof at[0] && dice > at[i].dice) i++;
    return at[i - 1].alike + (dice - at[i - 1].dice) / (at[i].dice - at[i - 1].dice) *
                                 (at[i].alike - at[i - 1].alike);
}

/* The same of words that begin alike, or have the same consonants: so much is certain, and the
 * filters say the rest. Jaro-Winkler similarity favours the first. 0: neither. */
static double alike_marked(const struct people_word *a, const struct people_word *b, double dice)
{
    bool beginning = a->mark[2] == b->mark[2], frame = a->mark[1] == b->mark[1];
    if (beginning && frame) return 0.80 + 0.195 * dice;
    if (beginning) return 0.70 + 0.315 * dice;
    return frame ? 0.66 + 0.35 * dice : 0;
}

static double alike_encoded(const struct people_word *a, const struct people_word *b)
{
    if (a->mark[0] == b->mark[0]) return 0.97;
    double s = overlap(a->pairs, b->pairs, ENCODED_PAIRS, a->n_pairs, b->n_pairs);
    double t = overlap(a->sounds, b->sounds, ENCODED_SOUNDS, a->n_sounds, b->n_sounds);
    double said = alike_marked(a, b, s);
    s = alike_overlap(s);
    t = 0.98 * alike_overlap(t);
    s = s > t ? s : t;
    s = s > said ? s : said;
    return s > 0.99 ? 0.99 : s;
}

static double alike(const struct people_word *a, const struct people_word *b)
{
    if (a == b) return 1;
    if (a->encoded) return alike_encoded(a, b);
    struct text sound_a = {a->sound, a->n_sound}, sound_b = {b->sound, b->n_sound};
    if (text_equal(sound_a, sound_b)) return 0.97;
    double s = alike_text(spelling(a), spelling(b), a->letters, b->letters);
    double t = 0.98 * alike_text(sound_a, sound_b, a->sound_letters, b->sound_letters);
    return s > t ? s : t;
}

static double alike_joined_encoded(const struct words *a, const struct words *b)
{
    const struct words *of[2] = {a, b};
    uint64_t all[2][ENCODED_PAIRS] = {{0}};
    unsigned n[2] = {0, 0};
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < of[s]->n; i++)
            for (size_t k = 0; k < ENCODED_PAIRS; k++)
                all[s][k] |= of[s]->of->word[of[s]->id[i]].pairs[k];
        for (size_t k = 0; k < ENCODED_PAIRS; k++)
            n[s] += (unsigned)__builtin_popcountll(all[s][k]);
    }
    return alike_overlap(overlap(all[0], all[1], ENCODED_PAIRS, n[0], n[1]));
}

/* All words as one, for what was joined or parted. */
static double alike_joined(const struct words *a, const struct words *b)
{
    char text[2][64];
    size_t n[2] = {0, 0};
    if (a->of->word[a->id[0]].encoded) return alike_joined_encoded(a, b);
    if (a->of->word[a->id[0]].text[0] != b->of->word[b->id[0]].text[0]) return 0;
    const struct words *of[2] = {a, b};
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < of[s]->n; i++) {
            const struct people_word *w = &of[s]->of->word[of[s]->id[i]];
            if (n[s] + w->n > sizeof text[0]) break;
            memcpy(text[s] + n[s], w->text, w->n);
            n[s] += w->n;
        }
    return similar_jaro_winkler((struct text){text[0], n[0]}, (struct text){text[1], n[1]});
}

struct agreement {
    uint8_t level;
    float bits;
};

static bool equal_words(const struct words *a, const struct words *b)
{
    return a->n == b->n && memcmp(a->id, b->id, a->n * sizeof *a->id) == 0;
}

static float rarity(const struct people_word *w)
{
    return w->bits < 0.5f ? 0.5f : w->bits;
}

static struct agreement compare_words(struct words a, struct words b)
{
    struct agreement out = {WORDS_DIFFER, 0};
    const struct people_word *word = a.of->word;
    if (a.n == 0 || b.n == 0) return (struct agreement){COMPARE_MISSING, 0};
    if (equal_words(&a, &b)) {
        return (struct agreement){WORDS_EQUAL, a.bits < b.bits ? a.bits : b.bits};
    }
    bool used[NAME_WORDS] = {false};
    double sum_a = 0, sum_b = 0, in_a = 0, in_b = 0;
    size_t n_equal = 0;
    for (size_t k = 0; k < b.n; k++) sum_b += (double)rarity(&word[b.id[k]]);
    for (size_t i = 0; i < a.n; i++) {
        const struct people_word *w = &word[a.id[i]];
        double best = 0;
        size_t at = 0;
        sum_a += (double)rarity(w);
        for (size_t k = 0; k < b.n; k++) {
            double s = used[k] ? 0 : alike(w, &word[b.id[k]]);
            if (s > best) {
                best = s;
                at = k;
            }
        }
        if (best < alike_least) continue;
        const struct people_word *o = &word[b.id[at]];
        used[at] = true;
        n_equal += best >= 1;
        in_a += best * (double)rarity(w);
        in_b += best * (double)rarity(o);
        if (best >= 0.85) out.bits += w->bits < o->bits ? w->bits : o->bits;
    }
    if (out.bits > a.bits) out.bits = a.bits;
    if (out.bits > b.bits) out.bits = b.bits;
    in_a /= sum_a;
    in_b /= sum_b;
    double less = in_a < in_b ? in_a : in_b, more = in_a < in_b ? in_b : in_a;
    if (n_equal == a.n && n_equal == b.n) out.level = WORDS_EQUAL;
    else if (less >= 0.93) out.level = WORDS_NEAR;
    else if (more >= 0.96) out.level = WORDS_CONTAINED;
    else if (less >= 0.85) out.level = WORDS_ALIKE;
    else if (a.n != b.n && alike_joined(&a, &b) >= 0.92) out.level = WORDS_ALIKE;
    else if (more >= 0.85) out.level = WORDS_MOSTLY;
    else if (more >= 0.5) out.level = WORDS_SOME;
    return out;
}

/* ---- codes and numbers ---- */

static struct agreement compare_code(struct words a, struct words b)
{
    if (a.n == 0 || b.n == 0) return (struct agreement){COMPARE_MISSING, 0};
    for (size_t i = 0; i < a.n; i++)
        for (size_t k = 0; k < b.n; k++)
            if (a.id[i] == b.id[k]) return (struct agreement){1, a.of->word[a.id[i]].bits};
    return (struct agreement){0, 0};
}

/* An edit costs two pairs of digits of n + 1, an exchange of neighbours three. */
static size_t edits_encoded(const struct people_word *a, const struct people_word *b)
{
    double n_a = a->n + 1, n_b = b->n + 1, longer = n_a > n_b ? n_a : n_b;
    double dice = overlap(a->pairs, b->pairs, ENCODED_PAIRS, a->n_pairs, b->n_pairs);
    double lost = longer - dice * (n_a + n_b) / 2;
    return lost < 3.5 ? 1 : lost < 5.5 ? 2 : (size_t)(lost / 2);
}

static struct agreement compare_two_numbers(const struct people_word *x,
                                            const struct people_word *y)
{
    if (x == y) return (struct agreement){4, x->bits};
    size_t longer = x->n > y->n ? x->n : y->n;
    size_t most = longer * 35 / 100 < 2 ? 2 : longer * 35 / 100;
    size_t edits = x->encoded ? edits_encoded(x, y) : similar_edits(spelling(x), spelling(y), most);
    float bits = x->bits < y->bits ? x->bits : y->bits;
    if (longer < 4) return (struct agreement){edits == 1 ? 1 : 0, bits};
    if (edits == 1) return (struct agreement){3, bits};
    if (edits == 2) return (struct agreement){2, bits};
    if (edits <= most) return (struct agreement){1, bits};
    return (struct agreement){0, 0};
}

/* The best of all. */
static struct agreement compare_number(struct words a, struct words b)
{
    struct agreement best = {0, 0};
    if (a.n == 0 || b.n == 0) return (struct agreement){COMPARE_MISSING, 0};
    for (size_t i = 0; i < a.n; i++)
        for (size_t k = 0; k < b.n; k++) {
            struct agreement g = compare_two_numbers(&a.of->word[a.id[i]], &b.of->word[b.id[k]]);
            if (g.level > best.level) best = g;
        }
    return best;
}

/* ---- dates ---- */

/* One unit, one digit or one exchange of neighbouring digits. */
static bool close_part(int a, int b)
{
    int d = a > b ? a - b : b - a, n_differ = 0, x[4], y[4];
    if (d <= 1) return true;
    for (int i = 0; i < 4; i++, a /= 10, b /= 10) {
        x[i] = a % 10;
        y[i] = b % 10;
        n_differ += x[i] != y[i];
    }
    if (n_differ == 1) return true;
    for (int i = 0; n_differ == 2 && i < 3; i++)
        if (x[i] != y[i] && x[i] == y[i + 1] && y[i] == x[i + 1]) return true;
    return false;
}

struct birth_parts { /* what two dates have in common */
    bool year, year_close;
    bool whole;          /* both are known to the day; of what follows: */
    bool equal, swapped; /* all of it; day and month exchanged */
    bool new_year;       /* one of them alone says 1 January */
    int n_equal;         /* parts that are equal; encoded: 2, or fewer and not told apart */
    int n_close;        /* parts that are close and not equal; encoded: where two are equal alone */
    bool months, month; /* both are known; they are equal */
};

static uint8_t birth_level(const struct birth_parts *x)
{
    if (x->whole) {
        if (x->equal) return BIRTH_EQUAL;
        if (x->year && x->new_year) return BIRTH_AS_YEAR;
        if (x->year && x->swapped) return BIRTH_SWAPPED;
        if (x->n_equal == 2) return x->n_close == 1 ? BIRTH_ONE_CLOSE : BIRTH_TWO;
        if (x->n_equal == 1 && x->n_close == 2) return BIRTH_TWO_CLOSE;
        if (x->n_close == 3) return BIRTH_ALL_CLOSE;
    } else if (x->year) {
        if (!x->months) return BIRTH_AS_YEAR;
        if (x->month) return BIRTH_AS_MONTH;
    }
    return x->year ? BIRTH_YEAR : x->year_close ? BIRTH_YEAR_CLOSE : BIRTH_DIFFER;
}

static bool is_new_year(const struct people_birth *x)
{
    return x->month == 1 && x->day == 1;
}

static void compare_birth(struct birth_parts *out, const struct people_birth *a,
                          const struct people_birth *b)
{
    bool month = a->month == b->month, day = a->day == b->day;
    out->months = a->month != 0 && b->month != 0;
    out->whole = out->months && a->day != 0 && b->day != 0;
    out->month = month;
    out->equal = out->year && month && day;
    out->swapped = a->month == b->day && a->day == b->month;
    out->new_year = is_new_year(a) != is_new_year(b);
    out->n_equal = out->year + month + day;
    out->n_close = out->year_close + close_part(a->month, b->month) + close_part(a->day, b->day) -
                   out->n_equal;
}

static bool any_near(const uint16_t *a, const uint16_t *b)
{
    bool near = false;
    for (size_t i = 0; i < ENCODED_NEAR; i++) near = near || a[i] == b[i];
    return near;
}

/* The same, as far as the keyed hashes tell: where fewer than two parts are equal, they do not say
 * what is close. */
static void compare_birth_encoded(struct birth_parts *out, const struct encoded_birth *x,
                                  const struct encoded_birth *y)
{
    out->months = x->month && y->month;
    out->whole = out->months && x->day && y->day;
    out->month = x->year_month == y->year_month;
    out->equal = x->whole == y->whole;
    out->swapped = x->month_day == y->day_month;
    out->new_year = x->first != y->first;
    out->n_equal = 2;
    if (out->month) out->n_close = any_near(x->near_day, y->near_day);
    else if (x->year_day == y->year_day) out->n_close = any_near(x->near_month, y->near_month);
    else if (x->month_day == y->month_day) out->n_close = out->year_close;
    else out->n_equal = 0;
}

static struct agreement birth_of(const struct people *p, size_t i, size_t k)
{
    const struct people_birth *a = &p->birth[i], *b = &p->birth[k];
    if (a->year == 0 || b->year == 0) return (struct agreement){COMPARE_MISSING, 0};
    struct birth_parts x = {.year = a->year == b->year, .year_close = close_part(a->year, b->year)};
    if (p->encoded) compare_birth_encoded(&x, &p->encoded_birth[i], &p->encoded_birth[k]);
    else compare_birth(&x, a, b);
    uint8_t level = birth_level(&x);
    float rarer = a->bits < b->bits ? a->bits : b->bits;
    return (struct agreement){level, level == BIRTH_EQUAL ? rarer : 0};
}

static int age_on(const struct people_birth *b, int32_t day)
{
    int y, m, d;
    date_to_ymd(day, &y, &m, &d);
    bool before = m < b->month || (m == b->month && d < b->day);
    return y - b->year - (b->month != 0 && before ? 1 : 0);
}

/* Whether an age fits a date, or two ages each other. Only where a date is missing: else the dates
 * have said it. */
static uint8_t compare_age(const struct people_birth *a, const struct people_birth *b)
{
    if (a->year != 0 && b->year != 0) return COMPARE_MISSING;
    if (a->year == 0 && b->year == 0) {
        if (a->age < 0 || b->age < 0 || a->reported == INT32_MIN || b->reported == INT32_MIN)
            return COMPARE_MISSING;
        double born = ((double)a->reported - (double)b->reported) / 365.25 - (a->age - b->age);
        if (born < 0) born = -born;
        return born <= 1 ? 8 : born <= 2 ? 7 : born <= 5 ? 6 : 5;
    }
    const struct people_birth *dated = a->year != 0 ? a : b, *aged = a->year != 0 ? b : a;
    if (aged->age < 0 || aged->reported == INT32_MIN) return COMPARE_MISSING;
    int d = age_on(dated, aged->reported) - aged->age;
    if (d < 0) d = -d;
    return d == 0 ? 4 : d == 1 ? 3 : d <= 3 ? 2 : d <= 6 ? 1 : 0;
}

static uint8_t compare_reported(const struct people_birth *a, const struct people_birth *b)
{
    if (a->reported == INT32_MIN || b->reported == INT32_MIN) return COMPARE_MISSING;
    int32_t d = a->reported > b->reported ? a->reported - b->reported : b->reported - a->reported;
    return d <= 7 ? 4 : d <= 31 ? 3 : d <= 183 ? 2 : d <= 731 ? 1 : 0;
}

static uint8_t compare_period(const struct people_birth *a, const struct people_birth *b)
{
    if (a->from == INT32_MIN || b->from == INT32_MIN) return COMPARE_MISSING;
    int64_t from = a->from > b->from ? a->from : b->from, to = a->to < b->to ? a->to : b->to;
    int64_t common = to - from + 1, in_a = (int64_t)a->to - a->from + 1,
            in_b = (int64_t)b->to - b->from + 1;
    if (common <= 0) return common > -365 ? 1 : 0;
    return 2 * common >= (in_a < in_b ? in_a : in_b) ? 3 : 2;
}

/* ---- a pair ---- */

static void set(struct compare_result *r, size_t field, struct agreement g)
{
    r->level[field] = g.level;
    r->bits[field] = g.bits;
}

static int worth(struct agreement g)
{
    return g.level == COMPARE_MISSING ? 0 : g.level * g.level;
}

/* Given name against given name and surname against surname, or crosswise where that is better. The
 * order says something only where names agree at all. */
static void compare_names(struct compare_result *r, const struct compare_plan *p, size_t a,
                          size_t b)
{
    const struct people_column *given = p->field[p->given].column,
                               *surname = p->field[p->surname].column;
    struct words ga = words_at(given, a), gb = words_at(given, b);
    struct words sa = words_at(surname, a), sb = words_at(surname, b);
    struct agreement g = compare_words(ga, gb), s = compare_words(sa, sb);
    set(r, p->given, g);
    set(r, p->surname, s);
    r->level[p->order] = COMPARE_MISSING;
    r->bits[p->order] = 0;
    if (g.level == COMPARE_MISSING || s.level == COMPARE_MISSING) return;
    if (g.level >= WORDS_ALIKE || s.level >= WORDS_ALIKE) {
        r->level[p->order] = 1;
        return;
    }
    struct agreement gs = compare_words(ga, sb), sg = compare_words(sa, gb);
    if (worth(gs) + worth(sg) <= worth(g) + worth(s) ||
        (gs.level < WORDS_ALIKE && sg.level < WORDS_ALIKE))
        return;
    set(r, p->given, gs);
    set(r, p->surname, sg);
    r->level[p->order] = 0;
}

void compare_pair(struct compare_result *out, const struct compare_plan *plan, size_t a, size_t b)
{
    const struct people_birth *x = &plan->people->birth[a], *y = &plan->people->birth[b];
    bool named = plan->order < plan->n_field;
    for (size_t i = 0; i < plan->n_field; i++) {
        const struct compare_field *f = &plan->field[i];
        struct agreement g = {COMPARE_MISSING, 0};
        switch (f->kind) {
        case COMPARE_WORDS:
            if (named && (i == plan->given || i == plan->surname)) continue;
            g = compare_words(words_at(f->column, a), words_at(f->column, b));
            break;
        case COMPARE_CODE: g = compare_code(words_at(f->column, a), words_at(f->column, b)); break;
        case COMPARE_NUMBER:
            g = compare_number(words_at(f->column, a), words_at(f->column, b));
            break;
        case COMPARE_BIRTH: g = birth_of(plan->people, a, b); break;
        case COMPARE_AGE: g.level = compare_age(x, y); break;
        case COMPARE_REPORTED: g.level = compare_reported(x, y); break;
        case COMPARE_PERIOD: g.level = compare_period(x, y); break;
        case COMPARE_ORDER:
        case COMPARE_KINDS: continue;
        }
        set(out, i, g);
    }
    if (named) compare_names(out, plan, a, b);
}

void compare_birth_only(struct compare_result *out, const struct compare_plan *plan, size_t field,
                        size_t a, size_t b)
{
    set(out, field, birth_of(plan->people, a, b));
}
