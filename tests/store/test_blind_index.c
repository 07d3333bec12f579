/* SPDX-License-Identifier: EUPL-1.2 */
/* S13: identifiers are found by keyed hashes only.
 *  1 the hash of a reference by hand: keyed, other for another organisation, form, repository
 *  2 persons: only with a name and a year, under a key; two repositories cannot be compared
 *  3 the schema: every column that is not a number is on a list here with its reason
 *  4 no name, reference or note in any cell of any table, nor its hash without a key */
#include "harness.h"

#include "base/crypto.h"
#include "raw.h"
#include "store/store.h"
#include "store_data.h"

static struct err e;

static void put_form(struct store *st, const char *form, int64_t organisation_no, int from, int to)
{
    static const uint8_t sha[32] = {1};
    const struct dictionary *d = store_data_dictionary();
    const struct batch_start start = {.form = dictionary_form(d, text_of(form)),
                                      .organisation_no = organisation_no,
                                      .actor = "local:test",
                                      .mapping = "",
                                      .file_sha256 = sha,
                                      .file_label = "test.csv"};
    struct batch_result result;
    struct batch_writer *w = NULL;
    struct arena *a = arena_new(ARENA_WIPE);
    if (!store_begin(st, true, &e) || !batch_begin(&w, st, &start, &e)) fail_msg("%s", e.msg);
    for (int i = from; i < to; i++) {
        struct record r;
        enum put_outcome outcome;
        if (start.form == dictionary_form(d, TEXT("victim"))) store_data_record(&r, a, d, i, 1);
        else record_init(&r, d, start.form, a);
        if (!batch_put(&outcome, w, &r, store_data_reference(i), &e)) fail_msg("%s", e.msg);
        assert_int_equal(outcome, PUT_NEW);
    }
    if (!batch_finish(&result, w, 0, &e) || !store_commit(st, &e)) fail_msg("%s", e.msg);
    arena_free(a);
}

/* As batch.c says it: "reference 1" | form number (8) | organisation number (8) | reference. */
static void by_hand(uint8_t out[CRYPTO_SHORT], int64_t form_no, int64_t organisation_no,
                    const char *reference, const struct secret *key)
{
    uint8_t message[200] = "reference 1";
    size_t n = 11;
    for (int i = 0; i < 8; i++) message[n++] = (uint8_t)((uint64_t)form_no >> 8 * i);
    for (int i = 0; i < 8; i++) message[n++] = (uint8_t)((uint64_t)organisation_no >> 8 * i);
    memcpy(message + n, reference, strlen(reference));
    crypto_hash(out, CRYPTO_SHORT, message, n + strlen(reference), key);
}

static int64_t rows_with(struct raw *raw, const char *table, const char *column, const void *bytes,
                         size_t n)
{
    char hex[200];
    assert_true(2 * n < sizeof hex);
    crypto_hex(hex, bytes, n);
    return raw_number(raw, "SELECT count(*) FROM %s WHERE instr(CAST(%s AS BLOB), x'%s') > 0",
                      table, column, hex);
}

static struct raw *raw_of(struct store *st, const char *path)
{
    return raw_open(path, keyring_key(store_keyring(st), KEY_DATABASE));
}

static void index_1_references(void **state)
{
    (void)state;
    static const struct {
        const char *form;
        int64_t organisation_no;
    } series[4] = {{"victim", 1}, {"victim", 2}, {"suspect", 1}, {"suspect", 2}};
    uint8_t hash[CRYPTO_SHORT], plain[CRYPTO_SHORT];
    struct store *st = store_data_make("references"), *other = store_data_make("others");

    for (int i = 0; i < 4; i++) put_form(st, series[i].form, series[i].organisation_no, 7, 8);
    put_form(other, "victim", 1, 7, 8);
    struct raw *raw = raw_of(st, "references/database"), *raw2 = raw_of(other, "others/database");
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM record_reference"), 4);
    assert_int_equal(raw_number(raw, "SELECT count(DISTINCT reference) FROM record_reference"), 4);
    for (int i = 0; i < 4; i++) {
        int64_t form_no =
            raw_number(raw, "SELECT form_no FROM form WHERE name = '%s'", series[i].form);
        by_hand(hash, form_no, series[i].organisation_no, "R000007",
                keyring_key(store_keyring(st), KEY_REFERENCE));
        assert_int_equal(rows_with(raw, "record_reference", "reference", hash, sizeof hash), 1);
        assert_int_equal(rows_with(raw2, "record_reference", "reference", hash, sizeof hash), 0);
        by_hand(plain, form_no, series[i].organisation_no, "R000007", NULL);
        assert_int_equal(rows_with(raw, "record_reference", "reference", plain, sizeof plain), 0);
    }
    raw_close(raw);
    raw_close(raw2);
    store_close(st);
    store_close(other);
}

static void index_2_persons(void **state)
{
    (void)state;
    uint8_t key[2][64];
    static const char first[] =
        "SELECT person_key FROM record_version WHERE person_key IS NOT NULL LIMIT 1";
    struct store *st = store_data_make("persons"), *other = store_data_make("other-persons");

    put_form(st, "victim", 1, 0, 60);
    put_form(st, "victim", 2, 0, 60);
    put_form(st, "suspect", 1, 0, 60);
    put_form(other, "victim", 1, 0, 60);
    struct raw *raw = raw_of(st, "persons/database"),
               *raw2 = raw_of(other, "other-persons/database");
    /* Of the sixty victims every third has names; birth year, sex and citizenship alone, which all
     * of them have, give no hash. The same person at two organisations is one on purpose. */
    assert_int_equal(raw_number(raw, "SELECT count(person_key) FROM record_version"), 40);
    assert_int_equal(raw_number(raw, "SELECT count(DISTINCT person_key) FROM record_version"), 20);
    assert_int_equal(raw_bytes(raw, key[0], sizeof key[0], "%s", first), CRYPTO_SHORT);
    assert_int_equal(raw_bytes(raw2, key[1], sizeof key[1], "%s", first), CRYPTO_SHORT);
    for (int i = 0; i < 2; i++) /* the same sixty people: nothing in common */
        assert_int_equal(rows_with(i == 0 ? raw2 : raw, "record_version", "person_key", key[i],
                                   CRYPTO_SHORT),
                         0);
    raw_close(raw);
    raw_close(raw2);
    store_close(st);
    store_close(other);
}

/* What may lie in the database as text or bytes. A new column must be thought of here: neither an
 * identifier nor a hash of a value with few possible values may be among them. */
static const struct allowed {
    const char *table, *column, *what;
} allowed[] = {
    {"repository", "repository_id", "random"},
    {"repository", "pack", "name of a pack"},
    {"repository", "dictionary_hash", "of the dictionary"},
    {"organisation", "code", "of an organisation"},
    {"organisation", "type", "of an organisation"},
    {"organisation", "name", "of an organisation"},
    {"form", "name", "of a form"},
    {"numbering", "kind", "variable or group"},
    {"numbering", "name", "of a variable"},
    {"batch", "mapping", "name of a mapping"},
    {"batch", "file_sha256", "of a whole file"},
    {"batch", "file_label", "base name of a file"},
    {"batch", "actor", "who did it"},
    {"batch", "digest", "of keyed hashes"},
    {"batch", "undone_by", "who did it"},
    {"batch", "undo_reason", "reason of an act"},
    {"record", "wrapped_key", "ciphertext"},
    {"record_reference", "reference", "blind index, keyed"},
    {"record_version", "author", "who did it"},
    {"record_version", "reason", "reason of an act"},
    {"record_version", "content_hash", "of whole records, keyed"},
    {"record_version", "person_key", "blind index, keyed, never without a name"},
    {"record_version", "body", "ciphertext"},
    {"identity_body", "wrapped_key", "ciphertext"},
    {"identity_body", "body", "ciphertext"},
    {"audit_entry", "body", "what an entry says, S21: no values"},
    {"audit_entry", "hash", "chain"},
    {"audit_checkpoint", "root", "chain"},
    {"audit_checkpoint", "text", "chain"},
    {"audit_checkpoint", "signature", "signature"},
    {"log_head", "hash", "chain"},
    {"log_head", "frontier", "chain"},
    {"log_head", "mac", "chain"},
    {"erasure", "actor", "who did it"},
    {"account", "name", "what is typed to sign in"},
    {"account", "full_name", "of an account, no person of a case"},
    {"account", "role", "name of a role"},
    {"account", "language", "code"},
    {"account", "added_by", "who did it"},
    {"account", "password_salt", "random"},
    {"account", "password_hash", "Argon2id, keyed"},
    {"account", "activation_hash", "of a random code, keyed"},
    {"account", "factor", "ciphertext"},
    {"account", "factor_new", "ciphertext"},
    {"account_recovery", "code_hash", "of a random code, keyed"},
    {"account_source", "source_hash", "of a network, keyed"},
    {"setup", "code_hash", "of a random code, keyed"},
    {"session", "session_hash", "of a random token"},
    {"session_past", "session_hash", "of a random token"},
    {"session", "run", "random, of a start of the server"},
    {"session", "source", "network, cut"},
    {"session", "purpose", "of a session"},
    {"throttle", "key", "keyed"},
    {"token", "token_hash", "of a random token"},
    {"token", "label", "of a program"},
    {"token", "operations", "names of operations"},
    {"token", "purpose", "of a program"},
    {"draft", "owner", "who did it"},
    {"draft", "wrapped_key", "ciphertext"},
    {"draft", "body", "ciphertext"},
    {"version_work", "state", "one of four words"},
    {"version_work", "actor", "who did it"},
    {"review_query", "field", "name of a variable"},
    {"review_query", "state", "one of three words"},
    {"review_message", "actor", "who did it"},
    {"review_message", "body", "ciphertext"},
    {"referral", "state", "one of four words"},
    {"referral", "made_by", "who did it"},
    {"referral", "answered_by", "who did it"},
    {"referral", "body", "ciphertext"},
    {"referral", "answer", "ciphertext"},
    {"closed_year", "actor", "who did it"},
    {"search_hash", "hash", "blind index of names and documents, keyed"},
    {"backup_made", "name", "of a file of ours"},
    {"backup_made", "made_by", "who did it"},
    {"backup_made", "verified_by", "who did it"},
    {"backup_made", "digest", "hash of ciphertext"},
    {"backup_schedule", "changed_by", "who did it"},
    {"backup_schedule", "failed", "id of an error"},
    {"setup_step", "step", "name of a step"},
    {"setup_step", "actor", "who did it"},
    {"answer", "name_hash", "keyed hash"},
    {"answer", "request_hash", "keyed hash"},
    {"answer", "wrapped_key", "ciphertext"},
    {"answer", "body", "ciphertext"},
    {"subject_request", "right", "one of a list"},
    {"subject_request", "law", "one of two"},
    {"subject_request", "state", "one of a list"},
    {"subject_request", "added_by", "who did it"},
    {"subject_request", "closed_by", "who did it"},
    {"subject_request", "wrapped_key", "ciphertext"},
    {"subject_request", "body", "ciphertext"},
    {"task", "kind", "one of a list"},
    {"task", "state", "one of a list"},
    {"task", "subject", "keyed hash"},
    {"task", "made_by", "who did it"},
    {"task", "decided_by", "who did it"},
    {"task", "wrapped_key", "ciphertext"},
    {"task", "body", "ciphertext"},
    {"decoy", "made_by", "who did it"},
    {"account", "duress_hash", "keyed"},
    {"saved_mapping", "form", "of a form"},
    {"saved_mapping", "name", "of a mapping"},
    {"saved_mapping", "columns", "headers of a file, no value"},
    {"saved_mapping", "saved_by", "who did it"},
    {"person_record", "person_key", "blind index, keyed, never without a name"},
    {"person_double", "person_key", "blind index, keyed, never without a name"},
    {"saved_question", "owner", "who did it"},
    {"saved_question", "wrapped_key", "ciphertext"},
    {"saved_question", "body", "ciphertext"},
    {"erasure", "reason", "reason of an act"},
    {"security_key", "id_hash", "of what a key calls itself, keyed"},
    {"security_key", "sealed", "ciphertext"},
    {"security_challenge", "challenge_hash", "of random bytes, keyed"},
    {"linkage_run", "state", "one of three words"},
    {"linkage_run", "actor", "who did it"},
    {"linkage_run", "model", "how records are compared, no value"},
    {"linkage_run", "undone_by", "who did it"},
    {"linkage_run", "undo_reason", "reason of an act"},
    {"linkage_pair", "evidence", "how well fields agree, no value"},
    {"linkage_decision", "evidence", "how well fields agree, no value"},
    {"linkage_decision", "actor", "who did it"},
    {"linkage_decision", "reason", "ciphertext"},
    {"linkage_decision", "confirmed_by", "who did it"},
    {"linkage_decision", "undone_by", "who did it"},
    {"linkage_decision", "undo_reason", "ciphertext"},
    {"linkage_choice", "variable", "name of a variable, no value"},
    {"linkage_choice", "actor", "who did it"},
    {"linkage_choice", "reason", "ciphertext"},
    {"linkage_choice", "withdrawn_by", "who did it"},
    {"linkage_choice", "withdraw_reason", "ciphertext"},
    {"release_set", "state", "one of four words"},
    {"release_set", "made_by", "who did it"},
    {"release_set", "decided_by", "who did it"},
    {"release_set", "withdrawn_by", "who did it"},
    {"release_set", "digest", "of a document that is published"},
    {"release_set", "wrapped_key", "ciphertext"},
    {"release_set", "words", "ciphertext"},
    {"release_set", "document", "ciphertext"},
};

static void index_3_schema(void **state)
{
    (void)state;
    char list[10000] = "('','')";
    size_t n = strlen(list);
    struct store *st = store_data_make("schema");
    struct raw *raw = raw_of(st, "schema/database");
    static const char columns[] = "FROM sqlite_schema s, pragma_table_info(s.name) c "
                                  "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' "
                                  "AND c.type <> 'INTEGER'";

    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        int put = snprintf(list + n, sizeof list - n, ",('%s','%s')", allowed[i].table,
                           allowed[i].column);
        assert_true(put > 0 && (size_t)put < sizeof list - n);
        n += (size_t)put;
    }
    char strange[200] = "";
    size_t got = raw_bytes(raw, strange, sizeof strange - 1,
                           "SELECT s.name || '.' || c.name %s AND (s.name, c.name) NOT IN "
                           "(VALUES %s) LIMIT 1",
                           columns, list);
    if (got != 0) fail_msg("%s is not on the list of this test", strange);
    assert_int_equal(raw_number(raw, "SELECT count(*) %s", columns),
                     sizeof allowed / sizeof allowed[0]);
    /* No full-text search, no statistics of values, and of the hashes only the two blind indexes
     * can be searched. */
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE "
                                     "'%%VIRTUAL%%' OR name LIKE 'sqlite_stat%%'"),
                     0);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM sqlite_schema s, "
                                     "pragma_index_list(s.name) i, pragma_index_info(i.name) c "
                                     "WHERE s.type = 'table' AND c.name IN "
                                     "('content_hash', 'body', 'wrapped_key')"),
                     0);
    raw_close(raw);
    store_close(st);
}

static void index_4_nothing_in_the_clear(void **state)
{
    (void)state;
    static const char *const canary[] = {"FAMILY-CANARY-6",
                                         "GIVEN-CANARY-6",
                                         "note of variant",
                                         "R000006",
                                         "given canary 6 family canary 6",
                                         "CANARY"};
    struct store *st = store_data_make("clear");
    put_form(st, "victim", 1, 0, 30);
    struct raw *raw = raw_of(st, "clear/database");
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM identity_body"), 10);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        for (size_t k = 0; k < sizeof canary / sizeof canary[0]; k++) {
            uint8_t hash[32];
            size_t n = strlen(canary[k]);
            bool found = rows_with(raw, allowed[i].table, allowed[i].column, canary[k], n) > 0;
            static const size_t sizes[] = {16, 32};
            for (size_t s = 0; s < 2; s++) { /* unsalted */
                crypto_hash(hash, sizes[s], canary[k], n, NULL);
                found = found ||
                        rows_with(raw, allowed[i].table, allowed[i].column, hash, sizes[s]) > 0;
            }
            if (found) fail_msg("%s in %s.%s", canary[k], allowed[i].table, allowed[i].column);
        }
    /* The search finds what is there. */
    assert_int_equal(rows_with(raw, "organisation", "name", "Guarda", 6), 1);
    raw_close(raw);
    store_close(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_1_references),
        cmocka_unit_test(index_2_persons),
        cmocka_unit_test(index_3_schema),
        cmocka_unit_test(index_4_nothing_in_the_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
