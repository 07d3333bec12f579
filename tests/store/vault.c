/* SPDX-License-Identifier: EUPL-1.2 */
#include "vault.h"

#include "harness.h"
#include "store_data.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"
#include "store/audit.h"
#include "store/tree.h"

static void put(const char *folder, const char *name, const char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/dictionary/%s", folder, name);
    harness_write_text(path, text);
    assert_int_equal(chmod(path, 0600), 0);
}

static void append(struct store *st, const struct audit_event *ev)
{
    struct err e;
    if (!audit_append(st, ev, NULL, &e)) fail_msg("%s: %s", e.id, e.msg);
}

void vault_import(struct store *st, int from, int to, int variant)
{
    struct batch_result r;
    struct err e;
    char id[24];

    if (!store_begin(st, true, &e) || !store_data_put(&r, st, 1, from, to, variant, false, &e))
        fail_msg("%s", e.msg);
    (void)snprintf(id, sizeof id, "%lld", (long long)r.batch_no);
    append(st, &(struct audit_event){.action = AUDIT_IMPORT,
                                     .actor = "local:ana",
                                     .role = "data-manager",
                                     .organisation = "GNR",
                                     .object_type = "batch",
                                     .object_id = id,
                                     .decision = "allow",
                                     .count = r.n[PUT_NEW] + r.n[PUT_CHANGED],
                                     .digest = r.digest});
    if (!store_commit(st, &e)) fail_msg("%s", e.msg);
}

struct store *vault_make(const char *folder, int n)
{
    static const char *const inside[] = {"", "/codelists", "/packs", "/packs/pt"};
    char path[300];
    struct err e;
    (void)snprintf(path, sizeof path, "%s/dictionary", folder);
    tree_remove(path);
    struct store *st = store_data_make(folder);

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/dictionary%s", folder, inside[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    put(folder, "rules.csv", "id,expression\n");
    put(folder, "codelists/CL_SEX.csv", "name,label\nF,Female\n");
    put(folder, "packs/pt/choices.csv", "list_name,name\nCL_SEX,F\n");
    put(folder, "packs/pt/empty.csv", "");
    assert_true(store_begin(st, true, &e));
    append(st, &(struct audit_event){.action = AUDIT_INIT, .actor = "local:ana"});
    assert_true(store_commit(st, &e));
    vault_import(st, 0, n, 1);
    if (n > 1) vault_import(st, n / 2, n + n / 4, 2);
    return st;
}

/* ---- fingerprint ---- */

static void add_text(struct crypto_hasher *h, const char *s)
{
    crypto_hasher_add(h, s, strlen(s) + 1);
}

static void add_number(struct crypto_hasher *h, int64_t v)
{
    crypto_hasher_add(h, &v, sizeof v);
}

static void add_versions(struct crypto_hasher *h, struct store *st, const char *code,
                         struct arena *a)
{
    struct record_meta *version, m;
    struct record r;
    struct buf b;
    size_t n;
    struct err e;

    buf_init(&b, 1 << 20);
    if (!store_record_history(&version, &n, st, SCOPE_EVERYTHING, text_of(code), a, &e))
        fail_msg("%s", e.msg);
    for (size_t i = 0; i < n; i++) {
        if (!store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), version[i].version_no,
                               a, &e))
            fail_msg("%s", e.msg);
        struct json *j = record_to_json(&r, false);
        buf_clear(&b);
        json_write(&b, j, false);
        json_free(j);
        crypto_hasher_add(h, b.p, b.n + 1);
        add_text(h, m.code);
        add_text(h, m.organisation);
        add_text(h, m.state);
        add_text(h, m.author);
        add_number(h, m.version_no);
        add_number(h, m.created_at);
        add_number(h, m.batch_no);
        add_number(h, m.has_identity);
    }
    buf_release(&b);
}

static bool add_entry(void *ctx, const struct audit_entry *entry)
{
    crypto_hasher_add(ctx, entry->hash, sizeof entry->hash);
    add_number(ctx, (int64_t)entry->sequence);
    return true;
}

static void add_dictionary(struct crypto_hasher *h, const char *repository)
{
    char path[400];
    struct tree_files f;
    (void)snprintf(path, sizeof path, "%s/dictionary", repository);
    assert_true(tree_list(&f, path, NULL));
    for (size_t i = 0; i < f.n; i++) {
        size_t n;
        (void)snprintf(path, sizeof path, "%s/dictionary/%s", repository, f.path[i]);
        char *bytes = harness_read(path, &n);
        add_text(h, f.path[i]);
        crypto_hasher_add(h, bytes, n + 1);
        free(bytes);
    }
    tree_files_free(&f);
}

void vault_fingerprint(uint8_t out[32], struct store *st)
{
    struct crypto_hasher h;
    struct arena *a = arena_new(ARENA_WIPE);
    struct record_meta *list;
    struct organisation *organisation;
    struct batch *batch;
    size_t n;

    crypto_hasher_init(&h, NULL);
    assert_true(store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 1000000, a, NULL));
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) add_versions(&h, st, list[i].code, a);
    assert_true(store_organisation_list(&organisation, &n, st, a, NULL));
    for (size_t i = 0; i < n; i++) add_text(&h, organisation[i].code);
    assert_true(store_batch_list(&batch, &n, st, a, NULL));
    for (size_t i = 0; i < n; i++) crypto_hasher_add(&h, batch[i].digest, 32);
    assert_true(audit_each(st, 1, add_entry, &h, NULL));
    add_dictionary(&h, store_folder(st));
    crypto_hasher_finish(&h, out);
    arena_free(a);
}

int vault_entries(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    if (d == NULL) return -1;
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        n += strcmp(f->d_name, ".") != 0 && strcmp(f->d_name, "..") != 0;
    assert_int_equal(closedir(d), 0);
    return n;
}
