/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd_data.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME(name) #name,
static const char *const rate_names[] = {CROWD_RATES(NAME)};
static const char *const role_names[] = {CROWD_ROLES(NAME)};
static const char *const standard_names[] = {"kmu", "bgn", "iso9", "pl", "cs",
                                             "ro",  "de",  "fr",   "pt", "ru"};
static const char *const list_names[] = {"female",     "male",     "surname",       "start",
                                         "end",        "particle", "middle_female", "middle_male",
                                         "patronymic", "place",    "host",          "street"};
static const char *const gender_names[] = {"", "cz", "pl", "ua"};

struct reading {
    struct crowd_data *d;
    const char *layout;
    const char *file; /* for messages */
    int level;
    int names; /* the file of names being read */
};

typedef bool read_row(struct reading *x, const struct csv_row *row, struct err *e);

const char *crowd_rate_name(enum crowd_rate r)
{
    return rate_names[r];
}

static int find(const char *const name[], size_t n, struct text t)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(t, name[i])) return (int)i;
    return -1;
}
#define FIND(names, t) find(names, sizeof(names) / sizeof *(names), t)

static bool bad(struct reading *x, const struct csv_row *row, const char *what, struct err *e)
{
    err_set(e, ERR_INPUT, "people.data", "%s line %zu: %s", x->file, (size_t)row->line, what);
    return err_remedy(e, "Correct the line.");
}

static bool number(struct reading *x, const struct csv_row *row, size_t column, double *out,
                   struct err *e)
{
    if (text_to_double(row->field[column], out) && *out >= 0) return true;
    return bad(x, row, "a number of 0 or more was expected", e);
}

static const char *keep(struct reading *x, struct text t)
{
    return arena_copy(x->d->a, t.p, t.n);
}

static bool read_file(struct reading *x, const char *folder, const char *file, size_t n_column,
                      read_row *each, struct err *e)
{
    char path[4300];
    struct csv_reader *r = NULL;
    struct csv_row row;
    bool ok = false, found = false, header = true;
    x->file = file;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (!csv_open(&r, path, &(struct csv_options){.encoding = CSV_UTF8, .separator = ','}, e))
        return false;
    while (csv_next(r, &row, &found, e)) {
        if (!found) {
            ok = true;
            break;
        }
        if (row.n_field != n_column) {
            bad(x, &row, "the line has not as many fields as it should", e);
            break;
        }
        if (!header && !each(x, &row, e)) break;
        header = false;
    }
    csv_close(r);
    return ok;
}

static bool rate_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    int i = FIND(rate_names, row->field[0]);
    if (i < 0) return bad(x, row, "no rate has this name", e);
    return number(x, row, (size_t)x->level, &x->d->rate[i], e);
}

/* A weight that is not written goes on from the last written one, as one over the rank (Zipf): the
 * names stand in the order of how common they are. */
static bool name_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    int kind = FIND(list_names, row->field[0]);
    if (kind < 0) return bad(x, row, "no list has this name", e);
    if (row->field[1].n == 0 || row->field[1].n > 50)
        return bad(x, row, "a name has 1 to 50 bytes", e);
    struct entries *l = &x->d->names[x->names].list[kind];
    MEM_GROW(l->entry, l->cap, l->n + 1);
    double weight, rank = (double)l->n + 4;
    if (row->field[2].n > 0) {
        if (!number(x, row, 2, &weight, e)) return false;
    } else if (kind == LIST_START || kind == LIST_END || kind == LIST_STREET || l->n == 0) {
        weight = 1;
    } else {
        double last = l->entry[l->n - 1].upto - (l->n > 1 ? l->entry[l->n - 2].upto : 0);
        weight = last * (rank - 1) / rank;
    }
    l->entry[l->n] = (struct entry){.name = keep(x, row->field[1]),
                                    .other = keep(x, row->field[3]),
                                    .brief = keep(x, row->field[4]),
                                    .upto = (l->n > 0 ? l->entry[l->n - 1].upto : 0) + weight};
    l->n++;
    return true;
}

static int names_of(struct crowd_data *d, const char *code)
{
    for (size_t i = 0; i < d->n_names; i++)
        if (strcmp(d->names[i].code, code) == 0) return (int)i;
    if (d->n_names == NAMES_MAX) return -1;
    snprintf(d->names[d->n_names].code, sizeof d->names->code, "%s", code);
    return (int)d->n_names++;
}

static bool origin_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    struct crowd_data *d = x->d;
    if (d->n_origin == ORIGIN_MAX) return bad(x, row, "too many origins", e);
    struct origin *o = &d->origin[d->n_origin++];
    int gender = FIND(gender_names, row->field[3]);
    if (gender < 0) return bad(x, row, "the rule of women's surnames is cz, pl, ua or nothing", e);
    *o = (struct origin){.code = keep(x, row->field[0]),
                         .gender = (enum gender_rule)gender,
                         .family_first = text_is(row->field[13], "family_first"),
                         .nationality = keep(x, row->field[5]),
                         .passport = keep(x, row->field[6]),
                         .identity = keep(x, row->field[7]),
                         .calling_code = keep(x, row->field[8]),
                         .mobile = keep(x, row->field[9]),
                         .postcode = keep(x, row->field[14])};
    o->places = names_of(d, o->code);
    o->names = names_of(d, keep(x, row->field[2]));
    if (o->places < 0 || o->names < 0) return bad(x, row, "too many files of names", e);
    return number(x, row, 1, &o->weight, e) && number(x, row, 4, &o->host, e) &&
           number(x, row, 10, &o->tail, e) && number(x, row, 11, &o->second_given, e) &&
           number(x, row, 12, &o->double_surname, e);
}

static bool organisation_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    struct crowd_data *d = x->d;
    if (d->n_organisation == ORGANISATION_MAX) return bad(x, row, "too many organisations", e);
    struct organisation *o = &d->organisation[d->n_organisation++];
    *o = (struct organisation){.name = keep(x, row->field[0])};
    if (!number(x, row, 1, &o->weight, e) || !number(x, row, 2, &o->upper, e) ||
        !number(x, row, 3, &o->plain, e) || !number(x, row, 4, &o->cyrillic, e))
        return false;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!number(x, row, 5 + i, &o->has[i], e)) return false;
    struct text rest = row->field[5 + FIELD_COUNT], piece, code;
    while (text_split(&rest, ' ', &piece)) {
        if (!text_split(&piece, ':', &code)) continue;
        int i = FIND(standard_names, code);
        if (i < 0 || !text_to_double(piece, &o->standard[i]))
            return bad(x, row, "standards are written as kmu:60 bgn:20", e);
    }
    return true;
}

/* The code point of a cell that holds one letter, else 0. */
static uint32_t one_letter(struct text t)
{
    char s[8];
    struct word w;
    if (t.n == 0 || t.n >= sizeof s) return 0;
    memcpy(s, t.p, t.n);
    s[t.n] = 0;
    word_of(&w, s);
    return w.n == 1 ? w.c[0] : 0;
}

static bool romanisation_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    uint32_t c = one_letter(row->field[0]);
    if (!letter_is_cyrillic(c) && c != '\'') return bad(x, row, "no Cyrillic letter", e);
    size_t k = c == '\'' ? 0x100 : c - 0x400;
    for (size_t i = 0; i < STANDARD_COUNT; i++) {
        struct text rest = row->field[1 + i], piece, form[3] = {{0}};
        size_t n = 0;
        while (n < 3 && text_split(&rest, '/', &piece)) form[n++] = piece;
        if (n < 2) form[1] = form[0];
        if (n < 3) form[2] = form[0];
        char *to[] = {x->d->standard[i].letter[k].within, x->d->standard[i].letter[k].first,
                      x->d->standard[i].letter[k].vowel};
        for (size_t j = 0; j < 3; j++) {
            if (form[j].n >= sizeof x->d->standard[i].letter[k].within)
                return bad(x, row, "a letter is written with at most 9 bytes", e);
            if (form[j].n > 0) memcpy(to[j], form[j].p, form[j].n);
        }
    }
    return true;
}

static bool confusion_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    struct crowd_data *d = x->d;
    MEM_GROW(d->confusion, d->cap_confusion, d->n_confusion + 1);
    struct confusion *c = &d->confusion[d->n_confusion];
    *c = (struct confusion){.ocr = text_is(row->field[0], "ocr"), .names = -1};
    if (!c->ocr && !text_is(row->field[0], "phonetic"))
        return bad(x, row, "a confusion is ocr or phonetic", e);
    if (row->field[1].n > 0) c->names = names_of(d, keep(x, row->field[1]));
    word_of(&c->from, keep(x, row->field[2]));
    word_of(&c->to, keep(x, row->field[3]));
    if (c->from.n == 0) return bad(x, row, "what is confused is missing", e);
    d->n_confusion++;
    return true;
}

static bool layout_row(struct reading *x, const struct csv_row *row, struct err *e)
{
    struct crowd_data *d = x->d;
    int role = FIND(role_names, row->field[2]);
    if (role < 0) return bad(x, row, "no column has this role", e);
    if (!text_is(row->field[0], x->layout)) return true;
    if (d->n_column == COLUMN_MAX) return bad(x, row, "too many columns", e);
    d->column[d->n_column++] =
        (struct layout_column){.heading = keep(x, row->field[1]), .role = (enum crowd_role)role};
    return true;
}

static bool complete(const struct crowd_data *d, const char *layout, struct err *e)
{
    for (size_t i = 0; i < RATE_COUNT; i++)
        if (isnan(d->rate[i]))
            return err_set(e, ERR_INPUT, "people.data", "rates.csv has no %s", rate_names[i]);
    if (d->n_origin == 0 || d->n_organisation == 0)
        return err_set(e, ERR_INPUT, "people.data", "no origins or no organisations");
    double host = 0;
    for (size_t i = 0; i < d->n_origin; i++) {
        const struct origin *o = &d->origin[i];
        const struct names *n = &d->names[o->names], *at = &d->names[o->places];
        host += o->host;
        if (n->list[LIST_FEMALE].n == 0 || n->list[LIST_MALE].n == 0 ||
            n->list[LIST_SURNAME].n == 0 || at->list[LIST_PLACE].n == 0 ||
            (o->host > 0 && (at->list[LIST_HOST].n == 0 || at->list[LIST_STREET].n == 0)))
            return err_set(e, ERR_INPUT, "people.data",
                           "the names or places of origin %s are missing", o->code);
    }
    if (host <= 0) return err_set(e, ERR_INPUT, "people.data", "origins.csv has no host country");
    if (d->n_column == 0)
        return err_set(e, ERR_USAGE, "people.layout", "layouts.csv has no layout %s", layout);
    return true;
}

bool data_load(struct crowd_data *d, const char *folder, int level, const char *layout,
               struct err *e)
{
    struct reading x = {.d = d, .layout = layout, .level = level};
    *d = (struct crowd_data){.a = arena_new(ARENA_PLAIN)};
    for (size_t i = 0; i < RATE_COUNT; i++) d->rate[i] = NAN;
    words_start();
    if (!read_file(&x, folder, "rates.csv", 5, rate_row, e) ||
        !read_file(&x, folder, "origins.csv", 15, origin_row, e) ||
        !read_file(&x, folder, "organisations.csv", 6 + FIELD_COUNT, organisation_row, e) ||
        !read_file(&x, folder, "romanisation.csv", 1 + STANDARD_COUNT, romanisation_row, e) ||
        !read_file(&x, folder, "confusions.csv", 4, confusion_row, e) ||
        !read_file(&x, folder, "layouts.csv", 3, layout_row, e))
        return false;
    for (size_t i = 0; i < d->n_names; i++) {
        char file[16];
        snprintf(file, sizeof file, "%s.csv", d->names[i].code);
        x.names = (int)i;
        if (!read_file(&x, folder, file, 5, name_row, e)) return false;
    }
    return complete(d, layout, e);
}

void data_release(struct crowd_data *d)
{
    for (size_t i = 0; i < d->n_names; i++)
        for (size_t k = 0; k < LIST_COUNT; k++) mem_free(d->names[i].list[k].entry);
    mem_free(d->confusion);
    arena_free(d->a);
    *d = (struct crowd_data){.a = NULL};
}

const struct entry *data_draw(const struct entries *l, struct random *r)
{
    if (l->n == 0) return NULL;
    double x = random_unit(r) * l->entry[l->n - 1].upto;
    size_t low = 0, high = l->n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->entry[middle].upto > x) high = middle;
        else low = middle + 1;
    }
    return &l->entry[low];
}
