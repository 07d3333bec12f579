/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/dictionary.h"

#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "model/dictionary_internal.h"
#include "model/validate.h"

#include <string.h>

/* --- what the parts share
 * ------------------------------------------------------------------------ */

bool load_sheet(struct loader *l, struct sheet *out, const char *file)
{
    struct data_file *f = data_files_find(l->files, file);
    if (f == NULL) return false;
    f->used = true;
    return sheet_read(out, &l->reader, file, f->bytes);
}

bool load_pack_sheet(struct loader *l, struct sheet *out, const char *name)
{
    if (l->pack[0] == '\0') return false;
    return load_sheet(l, out, arena_printf(l->scratch, PACK_PREFIX "%s/%s", l->pack, name));
}

void load_expression(struct loader *l, struct pending x)
{
    if (x.text[0] == '\0') return;
    MEM_GROW(l->pending, l->cap_pending, l->n_pending + 1);
    l->pending[l->n_pending++] = x;
}

bool load_is_hidden(const struct loader *l, const struct form *f, struct text name)
{
    const char *key = arena_printf(l->scratch, "%s/%.*s", f->name, (int)name.n, name.p);
    return map_get(l->hidden, text_of(key)) != MAP_NONE;
}

bool load_yes(struct loader *l, struct cell c, const char *column, bool otherwise)
{
    static const struct {
        const char *word;
        bool means;
    } words[] = {{"yes", true},    {"no", false},      {"true", true}, {"false", false},
                 {"true()", true}, {"false()", false}, {"1", true},    {"0", false}};
    if (c.s[0] == '\0') return otherwise;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal_nocase(text_of(c.s), text_of(words[i].word))) return words[i].means;
    SHEET_PROBLEM(&l->reader, true, "dictionary.not_yes_or_no", c, column, "write yes or no",
                  "'%.80s' is neither yes nor no", c.s);
    return otherwise;
}

const char *load_guess_list(struct loader *l, const char *name, const char *otherwise)
{
    struct guess g;
    guess_init(&g, text_of(name));
    for (size_t i = 0; i < l->d->n_list; i++) guess_offer(&g, l->d->list[i]->name);
    return guess_remedy(&g, otherwise, l->scratch);
}

const char *load_guess_variable(struct loader *l, const struct form *f, const char *name,
                                const char *otherwise)
{
    if (load_is_hidden(l, f, text_of(name)))
        return arena_printf(l->scratch, tr("the pack hides '%s': hide or change this as well"),
                            name);
    const char *near = dictionary_guess_variable(l->d, f->id, text_of(name));
    return near == NULL ? otherwise : arena_printf(l->scratch, "did you mean '%s'?", near);
}

void gaps_note(struct gaps *g, const struct dictionary *d, const struct words *w, struct cell place)
{
    for (size_t i = 0; i < d->n_language; i++)
        if (w->in[i] == NULL && g->n[i]++ == 0) g->first[i] = place;
}

/* A pack need speak only the languages it names; the core alone, all there are. */
static bool is_spoken(const struct loader *l, const char *language)
{
    struct text rest = text_of(dictionary_pack_value(l->d, "languages", "")), one;
    if (rest.n == 0) return true;
    while (text_split(&rest, ' ', &one))
        if (text_is(one, language)) return true;
    return false;
}

void gaps_report(const struct gaps *g, struct loader *l, const char *column)
{
    for (size_t i = 0; i < l->d->n_language; i++) {
        if (g->n[i] == 0 || !is_spoken(l, l->d->language[i])) continue;
        const char *where = arena_printf(l->scratch, "%s::%s", column, l->d->language[i]);
        SHEET_PROBLEM(&l->reader, false, "dictionary.missing_label", g->first[i], where,
                      "translate it; until then the first language is shown",
                      tr_n("%zu row is without words in '%s', this one first",
                           "%zu rows are without words in '%s', this one first", (int64_t)g->n[i]),
                      g->n[i], l->d->language[i]);
    }
}

/* --- loading
 * ------------------------------------------------------------------------------------- */

/* SHA-256 over name, NUL, length (8 bytes, little-endian) and bytes of every file, by name. */
static void hash_files(uint8_t out[32], const struct data_files *files)
{
    struct crypto_sha256er h;
    crypto_sha256_init(&h);
    for (size_t i = 0; i < files->n; i++) {
        const struct data_file *f = &files->file[i];
        uint8_t length[8];
        for (int k = 0; k < 8; k++) length[k] = (uint8_t)((uint64_t)f->bytes.n >> (8 * k));
        crypto_sha256_add(&h, f->name, strlen(f->name) + 1);
        crypto_sha256_add(&h, length, sizeof length);
        crypto_sha256_add(&h, f->bytes.p, f->bytes.n);
    }
    crypto_sha256_finish(&h, out);
}

static void report_unused(struct loader *l)
{
    for (size_t i = 0; i < l->files->n; i++)
        if (!l->files->file[i].used)
            problems_add(l->problems, false, "dictionary.unused_file", l->files->file[i].name, 0,
                         "", "name its form in dictionary/settings.csv, or delete the file",
                         "the file is not used");
}

static void load_orders(struct loader *l)
{
    for (size_t i = 0; i < l->d->n_form; i++)
        l->d->form[i].order = dependency_order_make(l->d, &l->d->form[i], l->keep, l->problems);
}

static bool refuse(const struct problems *p, size_t before, const char *folder, struct err *e)
{
    size_t n = p->n_fatal - before;
    err_set(e, ERR_INPUT, "dictionary.broken",
            tr_n("the dictionary in %.200s has %zu problem",
                 "the dictionary in %.200s has %zu problems", (int64_t)n),
            folder, n);
    for (size_t i = 0; i < p->n; i++) {
        if (!p->item[i].fatal) continue;
        err_detail(e, "%.80s, row %u: %.200s", p->item[i].file, p->item[i].row, p->item[i].message);
        break;
    }
    return err_remedy(e, "'dcim pack check' lists every problem with its remedy");
}

bool dictionary_build(struct dictionary **out, struct data_files *files, const char *folder,
                      const char *pack, struct problems *problems, struct err *e)
{
    struct arena *keep = arena_new(ARENA_PLAIN);
    struct arena *scratch = arena_new(ARENA_PLAIN);
    struct dictionary *d = ARENA_NEW(keep, struct dictionary);
    struct loader l = {.d = d,
                       .keep = keep,
                       .scratch = scratch,
                       .problems = problems,
                       .files = files,
                       .pack = pack,
                       .hidden = map_new()};
    size_t before = problems->n_fatal;

    *out = NULL;
    l.reader = (struct sheet_reader){.dictionary = d,
                                     .keep = keep,
                                     .arena = scratch,
                                     .problems = problems};
    d->arena = keep;
    d->folder = arena_copy(keep, folder, strlen(folder));
    d->pack = arena_copy(keep, pack, strlen(pack));
    d->by_form_variable = map_new();
    load_settings(&l);
    load_parameters(&l);
    load_pack_values(&l);
    load_lists(&l);
    load_pack(&l);
    load_surveys(&l);
    load_rules(&l);
    load_expressions(&l);
    if (problems->n_fatal == before) load_orders(&l);
    report_unused(&l);
    hash_files(d->hash, files);

    bool ok = problems->n_fatal == before;
    if (ok) *out = d;
    else {
        refuse(problems, before, folder, e);
        dictionary_free(d);
    }
    mem_free(l.pending);
    map_free(l.hidden);
    arena_free(scratch);
    return ok;
}

static bool pack_name_is_good(const char *pack)
{
    size_t n = strlen(pack);
    for (size_t i = 0; i < n; i++) {
        char c = pack[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              ((c == '-' || c == '_') && i > 0)))
            return false;
    }
    return n <= 32;
}

bool dictionary_pack_name(const char *pack, struct err *e)
{
    if (pack_name_is_good(pack)) return true;
    err_set(e, ERR_INPUT, "dictionary.pack_name", "the name of a pack is not good");
    err_detail(e, "%.100s", pack);
    return err_remedy(e, "a pack's name has small letters and digits, like pt");
}

bool dictionary_load(struct dictionary **out, const char *data, const char *pack,
                     struct problems *problems, struct err *e)
{
    *out = NULL;
    if (!dictionary_pack_name(pack, e)) return false;
    size_t before = problems->n_fatal;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct data_files files;
    data_files_read(&files, data, pack, a, problems);
    bool ok = dictionary_build(out, &files, data, pack, problems, e);
    if (ok &&
        problems->n_fatal > before) { /* a file was not readable, and nothing else missed it */
        dictionary_free(*out);
        *out = NULL;
        ok = refuse(problems, before, data, e);
    }
    data_files_release(&files);
    arena_free(a);
    return ok;
}
