/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/encodings.h"

#include "base/file.h"
#include "base/mem.h"

#include <string.h>

struct form_encoding {
    struct linkage_plan plan;
    bool possible;           /* the form says how it is linked */
    struct encoder *encoder; /* NULL until it is needed: it takes some megabytes */
    var_id match_key;        /* VAR_NONE: the form has none */
};

struct encodings {
    const struct secret *key;
    size_t n_form;
    struct form_encoding *form; /* by form_id */
    uint8_t fingerprint[ENCODING_FINGERPRINT];
};

struct encodings *encodings_new(const struct dictionary *d, const struct secret *key)
{
    struct encodings *x = mem_new(1, sizeof *x);
    x->key = key;
    x->n_form = d->n_form;
    x->form = mem_new(d->n_form, sizeof *x->form);
    encoding_fingerprint(x->fingerprint, key);
    for (size_t i = 0; i < d->n_form; i++) {
        struct form_encoding *f = &x->form[i];
        const struct variable *v = dictionary_variable(d, d->form[i].id, TEXT(MATCH_KEY));
        f->match_key = v != NULL && v->group == 0 && v->type == VARIABLE_TEXT ? v->id : VAR_NONE;
        f->possible = linkage_plan(&f->plan, d, &d->form[i], NULL) && f->plan.n_identifier > 0;
    }
    return x;
}

void encodings_free(struct encodings *x)
{
    if (x == NULL) return;
    for (size_t i = 0; i < x->n_form; i++) encoder_free(x->form[i].encoder);
    mem_free(x->form);
    mem_free(x);
}

bool encodings_of_form(const struct encodings *x, const struct form *f)
{
    return f->id < x->n_form && x->form[f->id].possible && x->form[f->id].match_key != VAR_NONE;
}

/* ---- what a record brings along ---- */

static bool says(const struct record *r, var_id id)
{
    const struct record_table *t = &r->table[r->dictionary->variable[id].group];
    for (uint32_t row = 0; row < t->n_row; row++) {
        const struct value *v = record_get(r, id, row);
        if (v->kind == VALUE_TEXT && text_trim(v->text).n > 0) return true;
    }
    return false;
}

static bool has_name(const struct form_encoding *f, const struct record *r)
{
    for (size_t i = 0; i < f->plan.n_role; i++) {
        enum linkage_role role = f->plan.role[i].role;
        if (role != LINKAGE_GIVEN && role != LINKAGE_SURNAME) continue;
        for (size_t k = 0; k < f->plan.column[i].n_variable; k++)
            if (says(r, f->plan.column[i].variable[k])) return true;
    }
    return false;
}

/* The match key on which the record depends; none. */
static struct text brought(const struct form_encoding *f, const struct record *r)
{
    const struct value *v = f->match_key == VAR_NONE ? NULL : record_get(r, f->match_key, 0);
    if (v == NULL || v->kind != VALUE_TEXT) return (struct text){NULL, 0};
    struct text t = text_trim(v->text);
    return t.n == 0 || has_name(f, r) ? (struct text){NULL, 0} : t;
}

static enum match_key read_key(struct text *bytes, const struct encodings *x, struct text t,
                               struct arena *a)
{
    struct err why = {0};
    if (!encoding_from_text(bytes, t, a)) return MATCH_KEY_DAMAGED;
    if (encoding_check(*bytes, x->fingerprint, &why)) return MATCH_KEY_GOOD;
    return strcmp(why.id, "encoding.other_key") == 0 ? MATCH_KEY_OTHER : MATCH_KEY_DAMAGED;
}

enum match_key encodings_judge(const struct encodings *x, const struct record *r, struct arena *a)
{
    const struct form_encoding *f = &x->form[r->form->id];
    struct arena_mark mark = arena_mark(a);
    struct text bytes, t = brought(f, r);
    enum match_key said = t.n == 0 ? MATCH_KEY_GOOD : read_key(&bytes, x, t, a);
    arena_rewind(a, mark);
    return said;
}

struct text encodings_make(void *ctx, const struct record *r, struct arena *a)
{
    struct encodings *x = ctx;
    struct form_encoding *f = &x->form[r->form->id];
    struct text bytes, t;
    if (!f->possible) return (struct text){NULL, 0};
    t = brought(f, r);
    if (t.n > 0 && read_key(&bytes, x, t, a) == MATCH_KEY_GOOD) return bytes;
    if (f->encoder == NULL) f->encoder = linkage_plan_encoder(&f->plan, x->key);
    return linkage_plan_encode(&f->plan, f->encoder, r, a);
}

/* ---- the key as a file ---- */

static const char head[] = "dcim linkage key 1 ";
enum { KEY_FILE_BYTES = 1024, FINGERPRINT_HEX = 2 * ENCODING_FINGERPRINT };

void linkage_key_write(struct buf *out, const struct secret *key)
{
    uint8_t fingerprint[ENCODING_FINGERPRINT];
    char hex[2 * CRYPTO_KEY + 1];
    encoding_fingerprint(fingerprint, key);
    buf_puts(out, head);
    crypto_hex(hex, secret_bytes(key), CRYPTO_KEY);
    buf_puts(out, hex);
    mem_wipe(hex, sizeof hex);
    crypto_hex(hex, fingerprint, sizeof fingerprint);
    buf_printf(out, " %s\n", hex);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(uint8_t *out, size_t n, struct text t)
{
    if (t.n != 2 * n) return false;
    for (size_t i = 0; i < n; i++) {
        int high = digit(t.p[2 * i]), low = digit(t.p[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool linkage_key_parse(struct secret **out, struct text t)
{
    uint8_t said[ENCODING_FINGERPRINT], is[ENCODING_FINGERPRINT];
    size_t n = sizeof head - 1;
    *out = NULL;
    t = text_trim(t);
    if (!text_starts(t, (struct text){head, n})) return false;
    t = (struct text){t.p + n, t.n - n};
    struct secret *key = secret_new(CRYPTO_KEY);
    bool ok = t.n == 2 * CRYPTO_KEY + 1 + FINGERPRINT_HEX && t.p[2 * CRYPTO_KEY] == ' ' &&
              from_hex(secret_bytes_mut(key), CRYPTO_KEY, (struct text){t.p, 2 * CRYPTO_KEY}) &&
              from_hex(said, sizeof said, (struct text){t.p + 2 * CRYPTO_KEY + 1, FINGERPRINT_HEX});
    if (ok) {
        encoding_fingerprint(is, key);
        ok = memcmp(said, is, sizeof is) == 0;
    }
    if (ok) *out = key;
    else secret_free(key);
    return ok;
}

bool linkage_key_read(struct secret **out, const char *path, struct err *e)
{
    struct buf b;
    *out = NULL;
    buf_init_wiped(&b, KEY_FILE_BYTES);
    bool ok = file_read(&b, path, KEY_FILE_BYTES, e);
    if (ok && !linkage_key_parse(out, buf_text(&b))) {
        ok = false;
        err_set(e, ERR_INPUT, "linkage.key_file", "%s holds no key for encoding, or a damaged one",
                path);
        (void)err_remedy(e, "take the file as the register has handed it out (`dcim link key`)");
    }
    buf_release(&b);
    return ok;
}
