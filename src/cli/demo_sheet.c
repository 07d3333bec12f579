/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo_sheet.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/xlsx_write.h"

#include <string.h>

enum { FILE_MAX = 1 << 30 };

/* The variable a column leads to: what stands behind the last slash of a path. */
static const struct variable *variable_of(const struct demo_sheet *s, const char *column)
{
    const char *slash = strrchr(column, '/');
    return dictionary_variable(s->dictionary, s->form->id, text_of(slash ? slash + 1 : column));
}

void sheet_set(struct demo_sheet *s, const char *column, const char *value)
{
    for (size_t i = 0; i < s->n_column; i++)
        if (strcmp(s->column[i], column) == 0) s->cell[i] = value;
}

void sheet_put(struct demo_sheet *s)
{
    for (size_t i = 0; i < s->n_column; i++) {
        struct text t = text_of(s->cell[i]);
        if (s->writer != NULL) {
            if (t.n > 0)
                xlsx_write_text(s->writer, s->row, (uint16_t)i, t,
                                s->row == 0 ? XLSX_HEAD : XLSX_PLAIN);
        } else {
            csv_put(&s->text, t, s->labels ? ';' : ',', CSV_MACHINE, i == 0);
        }
        s->cell[i] = "";
    }
    if (s->writer == NULL) csv_end_row(&s->text);
    s->row++;
}

static bool called(const struct demo_sheet *s, const struct words *w, const char *label)
{
    for (size_t k = 0; k < s->dictionary->n_language; k++)
        if (w->in[k] != NULL && strcmp(w->in[k], label) == 0) return true;
    return false;
}

/* The label, or the name where another variable of the form is called the same in any language. */
static const char *label_of(const struct demo_sheet *s, const struct variable *v, const char *name)
{
    const char *label = words_in(&v->label, s->language, name);
    for (size_t g = 0; g < s->form->n_group; g++)
        for (size_t k = 0; k < s->form->group[g].n_variable; k++) {
            const struct variable *other = &s->dictionary->variable[s->form->group[g].variable[k]];
            if (other != v && called(s, &other->label, label)) return name;
        }
    return label;
}

static void put_header(struct demo_sheet *s)
{
    for (size_t i = 0; i < s->n_column; i++) {
        const struct variable *v = variable_of(s, s->column[i]);
        bool path = strchr(s->column[i], '/') != NULL;
        s->cell[i] = s->labels && !path ? label_of(s, v, s->column[i]) : s->column[i];
    }
    sheet_put(s);
}

bool sheet_open(struct demo_sheet *s, const char *path, const char *organisation, const char *form,
                const char *const *column, size_t n_column, struct err *e)
{
    size_t row = demo_organisation_row(s->tables, organisation);
    const char *habit = demo_cell(&s->tables->organisations, row, "habit");
    s->labels = strcmp(habit, "labels") == 0;
    s->workbook = strcmp(habit, "workbook") == 0;
    s->path = arena_printf(s->arena, "%s-%s.%s", path, organisation, s->workbook ? "xlsx" : "csv");
    s->form = dictionary_form(s->dictionary, text_of(form));
    s->language = dictionary_language(s->dictionary,
                                      text_of(dictionary_pack_value(s->dictionary,
                                                                    "default_language", "en")));
    s->n_column = s->row = 0;
    for (size_t i = 0; i < n_column && s->n_column < DEMO_COLUMNS_MAX; i++)
        if (variable_of(s, column[i]) != NULL) s->column[s->n_column++] = column[i];
    for (size_t i = 0; i < s->n_column; i++) s->cell[i] = "";
    buf_init(&s->text, FILE_MAX);
    s->writer = NULL;
    if (s->workbook && (!xlsx_write_open(&s->writer, s->path, "DCIM synthetic demonstration", e) ||
                        !xlsx_write_sheet(s->writer, demo_setting(s->tables, "sheet"), e)))
        return false;
    put_header(s);
    return true;
}

/* The label of a code, or the code where two have the same. */
static const char *word_of(const struct demo_sheet *s, const struct codelist *l, code_id c)
{
    const char *word = words_in(&l->code[c].label, s->language, l->code[c].name);
    for (code_id i = 0; i < l->n_code; i++)
        if (i != c && strcmp(words_in(&l->code[i].label, s->language, l->code[i].name), word) == 0)
            return l->code[c].name;
    return word;
}

void sheet_set_code(struct demo_sheet *s, const char *column, const char *value)
{
    const struct variable *v = variable_of(s, column);
    if (!s->labels || v == NULL || v->list == LIST_NONE) {
        sheet_set(s, column, value);
        return;
    }
    const struct codelist *l = s->dictionary->list[v->list];
    struct text rest = text_of(value), one;
    const char *out = "";
    while (value[0] != '\0' && text_split(&rest, ' ', &one)) {
        code_id c = codelist_find(l, one);
        const char *word = c == CODE_NONE ? arena_copy(s->arena, one.p, one.n) : word_of(s, l, c);
        out = out[0] == '\0' ? word : arena_printf(s->arena, "%s; %s", out, word);
    }
    sheet_set(s, column, out);
}

void sheet_set_int(struct demo_sheet *s, const char *column, int64_t value)
{
    sheet_set(s, column, arena_printf(s->arena, "%lld", (long long)value));
}

const char *sheet_date(const struct demo_sheet *s, int year, int month, int day)
{
    char by = demo_setting(s->tables, "date_separator")[0];
    return s->labels ? arena_printf(s->arena, "%02d%c%02d%c%04d", day, by, month, by, year)
                     : arena_printf(s->arena, "%04d-%02d-%02d", year, month, day);
}

void sheet_set_day(struct demo_sheet *s, const char *column, int32_t day)
{
    int year, month, dom;
    date_to_ymd(day, &year, &month, &dom);
    sheet_set(s, column, sheet_date(s, year, month, dom));
}

void sheet_set_month(struct demo_sheet *s, const char *column, int32_t day)
{
    int year, month, dom;
    char by = demo_setting(s->tables, "date_separator")[0];
    date_to_ymd(day, &year, &month, &dom);
    sheet_set(s, column,
              s->labels ? arena_printf(s->arena, "%02d%c%04d", month, by, year)
                        : arena_printf(s->arena, "%04d-%02d", year, month));
}

/* ---------------------------------------------------------------- 8-bit encodings */

/* Letters of the five languages in windows-1250 (https://www.unicode.org/Public/MAPPINGS/). */
static const struct {
    uint32_t letter;
    unsigned char byte;
} cp1250[] = {{0x160, 0x8A},  {0x15A, 0x8C},  {0x164, 0x8D}, {0x17D, 0x8E}, {0x179, 0x8F},
              {0x161, 0x9A},  {0x15B, 0x9C},  {0x165, 0x9D}, {0x17E, 0x9E}, {0x17A, 0x9F},
              {0x141, 0xA3},  {0x104, 0xA5},  {0xA7, 0xA7},  {0x15E, 0xAA}, {0x17B, 0xAF},
              {0x142, 0xB3},  {0x105, 0xB9},  {0x15F, 0xBA}, {0x13D, 0xBC}, {0x13E, 0xBE},
              {0x17C, 0xBF},  {0x154, 0xC0},  {0xC1, 0xC1},  {0xC2, 0xC2},  {0x102, 0xC3},
              {0xC4, 0xC4},   {0x139, 0xC5},  {0x106, 0xC6}, {0xC7, 0xC7},  {0x10C, 0xC8},
              {0xC9, 0xC9},   {0x118, 0xCA},  {0xCB, 0xCB},  {0x11A, 0xCC}, {0xCD, 0xCD},
              {0xCE, 0xCE},   {0x10E, 0xCF},  {0x143, 0xD1}, {0x147, 0xD2}, {0xD3, 0xD3},
              {0xD4, 0xD4},   {0x150, 0xD5},  {0xD6, 0xD6},  {0x158, 0xD8}, {0x16E, 0xD9},
              {0xDA, 0xDA},   {0x170, 0xDB},  {0xDC, 0xDC},  {0xDD, 0xDD},  {0x162, 0xDE},
              {0x155, 0xE0},  {0xE1, 0xE1},   {0xE2, 0xE2},  {0x103, 0xE3}, {0xE4, 0xE4},
              {0x13A, 0xE5},  {0x107, 0xE6},  {0xE7, 0xE7},  {0x10D, 0xE8}, {0xE9, 0xE9},
              {0x119, 0xEA},  {0xEB, 0xEB},   {0x11B, 0xEC}, {0xED, 0xED},  {0xEE, 0xEE},
              {0x10F, 0xEF},  {0x144, 0xF1},  {0x148, 0xF2}, {0xF3, 0xF3},  {0xF4, 0xF4},
              {0x151, 0xF5},  {0xF6, 0xF6},   {0x159, 0xF8}, {0x16F, 0xF9}, {0xFA, 0xFA},
              {0x171, 0xFB},  {0xFC, 0xFC},   {0xFD, 0xFD},  {0x163, 0xFE}, {0x2013, 0x96},
              {0x201E, 0x84}, {0x201C, 0x93}, {0x201D, 0x94}};

static unsigned char byte_of(uint32_t letter, bool central)
{
    if (!central) return letter >= 0xA0 && letter < 0x100 ? (unsigned char)letter : '?';
    for (size_t i = 0; i < sizeof cp1250 / sizeof cp1250[0]; i++)
        if (cp1250[i].letter == letter) return cp1250[i].byte;
    return '?';
}

/* The letter that begins at *i, which moves behind it; the text is valid UTF-8. */
static uint32_t next_letter(struct text t, size_t *i)
{
    unsigned char c = (unsigned char)t.p[(*i)++];
    if (c < 0x80) return c;
    uint32_t letter = c < 0xE0 ? c & 0x1Fu : c < 0xF0 ? c & 0x0Fu : c & 0x07u;
    for (; *i < t.n && ((unsigned char)t.p[*i] & 0xC0u) == 0x80u; (*i)++)
        letter = letter << 6 | ((unsigned char)t.p[*i] & 0x3Fu);
    return letter;
}

static bool is_central(const struct demo_tables *t)
{
    return strcmp(demo_setting(t, "code_page"), "windows-1250") == 0;
}

/* Letters that the page lacks become '?', as in old programs. */
static void encode(struct buf *out, struct text t, bool central)
{
    for (size_t i = 0; i < t.n;) {
        uint32_t letter = next_letter(t, &i);
        buf_putc(out, letter < 0x80 ? (char)letter : (char)byte_of(letter, central));
    }
}

bool demo_encodable(const struct demo_tables *t, const char *text)
{
    struct text all = text_of(text);
    bool central = is_central(t);
    for (size_t i = 0; i < all.n;) {
        uint32_t letter = next_letter(all, &i);
        if (letter >= 0x80 && byte_of(letter, central) == '?') return false;
    }
    return true;
}

bool sheet_close(struct demo_sheet *s, struct err *e)
{
    if (s->writer != NULL) {
        buf_release(&s->text);
        return xlsx_write_close(s->writer, e);
    }
    struct buf out;
    buf_init(&out, FILE_MAX);
    if (s->labels) encode(&out, buf_text(&s->text), is_central(s->tables));
    bool ok = buf_ok(&s->text, e) &&
              file_write(s->path, s->labels ? buf_text(&out) : buf_text(&s->text), e);
    buf_release(&out);
    buf_release(&s->text);
    return ok;
}

void sheet_abandon(struct demo_sheet *s)
{
    if (s->writer != NULL) xlsx_write_abandon(s->writer);
    buf_release(&s->text);
}
