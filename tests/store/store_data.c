/* SPDX-License-Identifier: EUPL-1.2 */
#include "store_data.h"

#include "harness.h"
#include "small_data.h"

#include "base/crypto.h"
#include "base/file.h"
#include "store/recovery.h"

#include <unistd.h>

#define HEAD \
    "type,name,label::English (en),label::Português (pt),required,appearance,bind::thb:privacy\n"
#define VICTIM                                                       \
    "text,ref,Reference,Referência,yes,,O\n"                        \
    "text,family_name,Family name,Apelidos,,,D\n"                    \
    "text,given_names,Given names,Nomes,,,D\n"                       \
    "text,birth_date,Date of birth,Data de nascimento,,thb-date,D\n" \
    "integer,birth_year,Year of birth,Ano de nascimento,,,Q\n"       \
    "select_one CL_SEX,sex,Sex,Sexo,,,Q\n"                           \
    "select_multiple CL_COUNTRY,citizenship,Citizenship,Nacionalidade,,,Q\n"
#define EPISODE                                   \
    "begin_repeat,episode,Episode,Episódio,,,\n" \
    "select_one CL_EXPL,form,Form,Forma,,,S\n"    \
    "text,alias,Alias,Alcunha,,,D\n"              \
    "end_repeat,,,,,,\n"

/* What the tests borrow to their end is given back behind it. */
static struct dictionary *loaded[4];
static size_t n_loaded;

static void release(void)
{
    while (n_loaded > 0) dictionary_free(loaded[--n_loaded]);
}

static const struct dictionary *load(const struct small_file *instead)
{
    struct dictionary *d = NULL;
    struct problems problems;
    struct err e;
    if (!small_load(&d, instead, "", &problems, &e)) fail_msg("%s: %s", e.id, e.msg);
    if (n_loaded == 0) assert_int_equal(atexit(release), 0);
    assert_true(n_loaded < sizeof loaded / sizeof loaded[0]);
    loaded[n_loaded++] = d;
    return d;
}

const struct dictionary *store_data_dictionary(void)
{
    static const struct dictionary *d;
    static const struct small_file files[] = {{"dictionary/victim.csv",
                                               HEAD VICTIM "text,note,Note,Nota,,,O\n" EPISODE},
                                              {"rules.csv", NULL},
                                              {NULL, NULL}};
    if (d == NULL) d = load(files);
    return d;
}

const struct dictionary *store_data_later_dictionary(void)
{
    static const struct dictionary *d;
    static const struct small_file files[] = {
        {"dictionary/victim.csv", HEAD "text,remark,Remark,Observação,,,O\n" VICTIM EPISODE},
        {"codelists/CL_SEX.csv",
         "name,label::English (en),label::Português (pt)\nF,Female,Feminino\nM,Male,Masculino\n"},
        {"rules.csv", NULL},
        {NULL, NULL}};
    if (d == NULL) d = load(files);
    return d;
}

const struct unlock *store_data_unlock(void)
{
    static struct unlock u = {.key_file = "key-file"};
    static const uint8_t code[RECOVERY_BYTES] = {'D', 'C', 'I', 'M', 1, 2, 3};
    crypto_start();
    if (u.recovery == NULL) u.recovery = recovery_format(code);
    return &u;
}

void store_data_remove(const char *folder)
{
    struct file_names names = {0};
    char path[300];
    if (!folder_list(&names, folder, NULL)) return;
    for (size_t i = 0; i < names.n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names.name[i]);
        (void)unlink(path);
    }
    file_names_free(&names);
    (void)rmdir(folder);
}

struct store *store_data_make(const char *folder)
{
    struct store *st = NULL;
    struct err e;
    uint8_t hash[32] = {7};
    int64_t gnr = 0, ngo = 0;

    crypto_start();
    store_data_remove(folder);
    if (!store_create(&st, folder, store_data_unlock(), "", hash, &e))
        fail_msg("%s: %s", e.id, e.msg);
    if (!store_begin(st, true, &e) ||
        !store_organisation_add(&gnr, st, TEXT("GNR"), TEXT("10"),
                                TEXT("Guarda Nacional Republicana"), &e) ||
        !store_organisation_add(&ngo, st, TEXT("NGO"), TEXT("50"), TEXT("An NGO"), &e) ||
        !store_use_dictionary(st, store_data_dictionary(), &e) || !store_commit(st, &e))
        fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(gnr, 1);
    assert_int_equal(ngo, 2);
    return st;
}

struct store *store_data_open(const char *folder, bool read_only)
{
    struct store *st = NULL;
    struct err e;
    if (!store_open(&st, folder, store_data_unlock(), read_only, &e) ||
        !store_use_dictionary(st, store_data_dictionary(), &e))
        fail_msg("%s: %s", e.id, e.msg);
    return st;
}

static struct value *value(struct record *r, const char *name, uint32_t row)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    return v == NULL ? NULL : record_value(r, v->id, row);
}

static void put(struct record *r, const char *name, uint32_t row, struct value v)
{
    struct value *at = value(r, name, row);
    if (at != NULL) *at = v;
}

static struct value text_value(struct arena *a, const char *fmt, int i)
{
    char *p = arena_take(a, 40, 1);
    snprintf(p, 40, "%s%d", fmt, i);
    return (struct value){.kind = VALUE_TEXT, .text = text_of(p)};
}

void store_data_record(struct record *r, struct arena *a, const struct dictionary *d, int i,
                       int variant)
{
    static const code_id countries[2] = {0, 1};
    const struct form *f = dictionary_form(d, TEXT("victim"));
    uint32_t row;

    record_init(r, d, f, a);
    put(r, "ref", 0, (struct value){.kind = VALUE_TEXT, .text = store_data_reference(i)});
    put(r, "sex", 0, (struct value){.kind = VALUE_CODE, .code = (code_id)(i % 2)});
    put(r, "birth_year", 0, (struct value){.kind = VALUE_INTEGER, .integer = 1950 + i % 60});
    put(r, "citizenship", 0,
        (struct value){.kind = VALUE_CODES, .n_code = (uint16_t)(1 + i % 2), .codes = countries});
    put(r, "note", 0, text_value(a, "note of variant ", variant));
    if (i % 3 == 0) { /* an identity part */
        put(r, "family_name", 0, text_value(a, "FAMILY-CANARY-", i));
        put(r, "given_names", 0, text_value(a, "GIVEN-CANARY-", i));
    }
    for (int k = 0; k < i % 4; k++) {
        assert_true(record_add(&row, r, 1, 0, NULL));
        put(r, "form", row, (struct value){.kind = VALUE_CODE, .code = (code_id)((i + k) % 4)});
    }
}

struct text store_data_reference(int i)
{
    static char names[8][16];
    static int at;
    char *p = names[at++ % 8];
    snprintf(p, 16, "R%06d", i);
    return text_of(p);
}

bool store_data_put(struct batch_result *out, struct store *st, int64_t organisation_no, int from,
                    int to, int variant, bool dry_run, struct err *e)
{
    const struct dictionary *d = store_data_dictionary();
    uint8_t sha[32] = {1};
    struct batch_start start = {.form = dictionary_form(d, TEXT("victim")),
                                .organisation_no = organisation_no,
                                .actor = "local:test",
                                .mapping = "",
                                .file_sha256 = sha,
                                .file_label = "test.csv",
                                .dry_run = dry_run};
    struct batch_writer *w = NULL;
    struct arena *a = arena_new(ARENA_PLAIN);
    bool ok = batch_begin(&w, st, &start, e);
    for (int i = from; ok && i < to; i++) {
        struct arena_mark m = arena_mark(a);
        struct record r;
        enum put_outcome outcome;
        store_data_record(&r, a, d, i, variant);
        ok = batch_put(&outcome, w, &r, store_data_reference(i), e);
        arena_rewind(a, m);
    }
    if (ok) ok = batch_finish(out, w, 3, e);
    else batch_abandon(w);
    arena_free(a);
    return ok;
}

struct batch_result store_data_import(struct store *st, int64_t organisation_no, int from, int to,
                                      int variant)
{
    struct batch_result result = {0};
    struct err e;
    if (!store_begin(st, true, &e) ||
        !store_data_put(&result, st, organisation_no, from, to, variant, false, &e) ||
        !store_commit(st, &e))
        fail_msg("%s: %s", e.id, e.msg);
    return result;
}
