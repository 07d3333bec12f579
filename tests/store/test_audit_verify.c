/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/audit_verify.c
 *  1 logs that hold
 *  2 an empty log
 *  3 tampering: 1,200 kinds of it, none missed (S25)
 *  4 checkpoints kept elsewhere: rollback, another past (S24, S25)
 *  5 anchors that are none
 *  6 speed (S26) */
#include "harness.h"

#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/date.h"
#include "base/random.h"
#include "ledger.h"
#include "raw.h"

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

static struct audit_report verify(const struct audit_log *l, const char *anchor)
{
    struct audit_report r;
    struct err e = {0};
    if (!audit_log_verify(&r, l, text_of(anchor), &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_int_equal(r.first_bad != 0, r.problem[0] != '\0');
    assert_int_equal(r.first_bad == 0, r.checkpoint[0] != '\0');
    return r;
}

static void test_1_holds(void **state)
{
    (void)state;
    struct audit_log l;
    uint64_t n = 0;
    static const size_t step[] = {1, 1, 1, 5, 90, 901, 1, 1, 999, 1500};

    ledger_make(&l, "holds");
    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
        ledger_fill(&l, step[i]);
        n += step[i];
        struct audit_report r = verify(&l, NULL);
        assert_int_equal(r.first_bad, 0);
        assert_int_equal(r.n_entry, n);
        /* The first at 1 (older than a day), then every 1,000: 1, 1001, 2001, 3001. */
        assert_int_equal(r.n_checkpoint, 1 + (n - 1) / 1000);
        char begins[40];
        int m = snprintf(begins, sizeof begins, "\n%llu\n", (unsigned long long)n);
        assert_memory_equal(r.checkpoint + CHECKPOINT_ORIGIN - 1, begins,
                            (size_t)m); /* it covers all of it */
        assert_int_equal(verify(&l, r.checkpoint).first_bad, 0);
    }
    /* Inside of a transaction, as `dcim check` calls it, the same. */
    assert_true(backend_begin(l.backend, false, NULL));
    assert_int_equal(verify(&l, NULL).n_entry, n);
    assert_true(backend_in_transaction(l.backend));
    backend_rollback(l.backend);
    ledger_close(&l);
}

static void test_2_empty(void **state)
{
    (void)state;
    struct audit_log l;
    ledger_make(&l, "empty");
    struct audit_report r = verify(&l, NULL);
    assert_int_equal(r.first_bad, 1);
    assert_int_equal(r.n_entry, 0);
    ledger_close(&l);
}

/* ---- tampering ---- */

enum { N_ENTRY = 1100, TAMPERINGS = 1200 };

static struct {
    char *body[N_ENTRY + 2]; /* by sequence */
    size_t n[N_ENTRY + 2];
    uint8_t hash[N_ENTRY + 2][32];
    struct audit_log log;
    struct random random;
} base;

static void base_load(void)
{
    struct query q;
    (void)query_begin(&q, base.log.backend, SQL_AUDIT_ENTRIES);
    query_set_int(&q, 0, 0);
    while (query_next(&q)) {
        size_t i = (size_t)query_int(&q, 0);
        struct text body = query_blob(&q, 3), hash = query_blob(&q, 4);
        assert_true(i <= N_ENTRY);
        base.body[i] = malloc(body.n);
        assert_non_null(base.body[i]);
        memcpy(base.body[i], body.p, body.n);
        base.n[i] = body.n;
        memcpy(base.hash[i], hash.p, 32);
    }
    assert_true(query_end(&q, NULL));
}

static uint64_t below(uint64_t n)
{
    return random_below(&base.random, n);
}

static const char *hex(const void *p, size_t n)
{
    static char text[8][4096];
    static int at;
    at = (at + 1) % 8;
    assert_true(2 * n + 1 <= sizeof text[0]);
    crypto_hex(text[at], p, n);
    return text[at];
}

/* Body of entry i with a random bit turned over. */
static char *flipped(size_t i)
{
    static char copy[4096];
    memcpy(copy, base.body[i], base.n[i]);
    size_t bit = below(base.n[i] * 8);
    copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
    return copy;
}

/* Body of entry i as if it were numbered `as`, with a count that somebody prefers. */
static size_t forged(char out[4096], size_t i, uint64_t as, int64_t count)
{
    struct audit_entry a;
    struct buf b;
    char text[11][100];
    assert_true(audit_entry_read(&a, (struct text){base.body[i], base.n[i]}));
    const struct text from[11] = {a.action,      a.actor,     a.role,     a.organisation,
                                  a.object_type, a.object_id, a.purpose,  a.legal_basis,
                                  a.decision,    a.fields,    a.recipient};
    for (int k = 0; k < 11; k++)
        (void)snprintf(text[k], sizeof text[k], "%.*s", (int)from[k].n, from[k].p);
    const struct audit_event ev = {AUDIT_IMPORT, text[1],  text[2], text[3], text[4],
                                   text[5],      text[6],  text[7], text[8], text[9],
                                   count,        text[10], a.digest, NULL,    NULL};
    buf_init(&b, 4096);
    assert_true(audit_entry_write(&b, &ev, as, a.at, a.monotone_ms, NULL));
    memcpy(out, b.p, b.n);
    size_t n = b.n;
    buf_release(&b);
    return n;
}

/* Write the chain anew from entry `from` on, hashes made right, as who knows the format would.
 * Entries are those of order[], numbered on; ends with 0. */
static void rechain(struct raw *r, uint64_t from, const size_t *order, bool head_too)
{
    uint8_t previous[32] = {0};
    char body[4096];
    struct audit_entry a;

    if (from > 1) memcpy(previous, base.hash[from - 1], 32);
    raw_run(r, "DELETE FROM audit_entry WHERE sequence >= %llu", (unsigned long long)from);
    for (; *order != 0; order++, from++) {
        size_t n = forged(body, *order, from, (int64_t)below(1000));
        assert_true(audit_entry_read(&a, (struct text){body, n}));
        audit_entry_hash(previous, previous, (struct text){body, n});
        raw_run(r, "INSERT INTO audit_entry VALUES (%llu, %lld, %llu, x'%s', x'%s')",
                (unsigned long long)from, (long long)a.at, (unsigned long long)a.monotone_ms,
                hex(body, n), hex(previous, 32));
    }
    if (head_too)
        raw_run(r, "UPDATE log_head SET sequence = %llu, hash = x'%s'",
                (unsigned long long)from - 1, hex(previous, 32));
}

/* order[] = first..last without `skip`, with `twice` doubled; 0 for neither. */
static void order_of(size_t *order, size_t first, size_t last, size_t skip, size_t twice)
{
    for (size_t i = first; i <= last; i++) {
        if (i != skip) *order++ = i;
        if (i == twice) *order++ = i;
    }
    *order = 0;
}

/* One tampering; returns the sequence at or before which it must be found, 0 when that cannot be
 * said. */
static uint64_t tamper(struct raw *r, int kind)
{
    static size_t order[N_ENTRY + 3];
    static const char *const columns[] = {"sequence", "at", "monotone_ms", "checkpoint_size",
                                          "checkpoint_at"};
    static const char *const blobs[] = {"hash", "frontier", "mac"};
    size_t i = 1 + below(N_ENTRY), k = 1 + below(N_ENTRY - 1);
    uint64_t late = N_ENTRY - below(60); /* so that rewriting to the end is quick */
    unsigned long long s = i;

    switch (kind) {
    case 0:
        raw_run(r, "UPDATE audit_entry SET body = x'%s' WHERE sequence = %llu",
                hex(flipped(i), base.n[i]), s);
        return i;
    case 1:
        raw_run(r, "UPDATE audit_entry SET at = at + %llu WHERE sequence = %llu",
                1 + (unsigned long long)below(9999), s);
        return i;
    case 2:
        raw_run(r, "UPDATE audit_entry SET monotone_ms = monotone_ms - 1 WHERE sequence = %llu", s);
        return i;
    case 3: { /* a hash with a bit turned over */
        uint8_t h[32];
        memcpy(h, base.hash[i], 32);
        h[below(32)] ^= (uint8_t)(1 << below(8));
        raw_run(r, "UPDATE audit_entry SET hash = x'%s' WHERE sequence = %llu", hex(h, 32), s);
        return i;
    }
    case 4: { /* a body changed and its own hash made right */
        uint8_t h[32], previous[32] = {0};
        if (i > 1) memcpy(previous, base.hash[i - 1], 32);
        char *body = flipped(i);
        audit_entry_hash(h, previous, (struct text){body, base.n[i]});
        raw_run(r, "UPDATE audit_entry SET body = x'%s', hash = x'%s' WHERE sequence = %llu",
                hex(body, base.n[i]), hex(h, 32), s);
        return i + 1;
    }
    case 5:
        order_of(order, late, N_ENTRY, 0, 0);
        rechain(r, late, order, false);
        return N_ENTRY;
    case 6:
        order_of(order, late, N_ENTRY, 0, 0);
        rechain(r, late, order, true);
        return N_ENTRY + 1;
    case 7: raw_run(r, "DELETE FROM audit_entry WHERE sequence = %llu", s); return i;
    case 8:
        order_of(order, late, N_ENTRY, late, 0);
        rechain(r, late, order, below(2));
        return N_ENTRY + 1;
    case 9:
        order_of(order, late, N_ENTRY, 0, late);
        rechain(r, late, order, below(2));
        return N_ENTRY + 2;
    case 10: /* two rows change places */
        if (k >= i) k++;
        raw_run(r,
                "UPDATE audit_entry SET sequence = -1 WHERE sequence = %llu;"
                "UPDATE audit_entry SET sequence = %llu WHERE sequence = %zu;"
                "UPDATE audit_entry SET sequence = %zu WHERE sequence = -1",
                s, s, k, k);
        return i < k ? i : k;
    case 11: /* two entries change places, everything made right */
        order_of(order, late - 1, N_ENTRY, 0, 0);
        order[0] = late;
        order[1] = late - 1;
        rechain(r, late - 1, order, below(2));
        return N_ENTRY + 1;
    case 12: raw_run(r, "DELETE FROM audit_entry WHERE sequence >= %llu", s); return i;
    case 13: /* cut short, the head made to fit as far as one can without the key */
        if (i == 1) i = 2;
        raw_run(r,
                "DELETE FROM audit_entry WHERE sequence >= %zu; DELETE FROM audit_checkpoint WHERE "
                "size >= %zu;"
                "UPDATE log_head SET sequence = %zu, hash = x'%s'",
                i, i, i - 1, hex(base.hash[i - 1], 32));
        return i;
    case 14: raw_run(r, "DELETE FROM log_head"); return N_ENTRY + 1;
    case 15:
        raw_run(r, "UPDATE log_head SET %s = %s + %llu", columns[k % 5], columns[k % 5],
                1 + (unsigned long long)below(5));
        return N_ENTRY + 1;
    case 16:
        raw_run(r, "UPDATE log_head SET %s = randomblob(length(%s))", blobs[k % 3], blobs[k % 3]);
        return N_ENTRY + 1;
    case 17:
        raw_run(
            r,
            "DELETE FROM audit_checkpoint WHERE size = (SELECT size FROM audit_checkpoint ORDER BY "
            "random() LIMIT 1)");
        return N_ENTRY;
    case 18:
        raw_run(r, "UPDATE audit_checkpoint SET %s",
                (const char *const[]){"at = at + 1", "root = randomblob(32)",
                                      "signature = randomblob(64)",
                                      "text = replace(text, 'at 2', 'at 1')",
                                      "text = text || ' '||char(65)",
                                      "text = replace(text, 'generation 0', 'generation 1')",
                                      "size = size + 1"}[k % 7]);
        return N_ENTRY;
    case 19:
        raw_run(r,
                "INSERT INTO audit_checkpoint SELECT %llu, at, root, text, signature FROM "
                "audit_checkpoint LIMIT 1",
                2 + (unsigned long long)below(900));
        return N_ENTRY;
    case 20:
        raw_run(r, "DELETE FROM audit_entry; DELETE FROM audit_checkpoint; DELETE FROM log_head");
        return 1;
    case 21:
        raw_run(
            r,
            "INSERT INTO audit_entry SELECT 0, at, monotone_ms, body, hash FROM audit_entry WHERE "
            "sequence = %llu",
            s);
        return 1;
    case 22:
        raw_run(
            r,
            "INSERT INTO audit_entry SELECT %u, at, monotone_ms, body, hash FROM audit_entry WHERE "
            "sequence = %llu",
            N_ENTRY + 1, s);
        return N_ENTRY + 1;
    case 23:
        raw_run(r, "UPDATE audit_entry SET sequence = sequence + 1 WHERE sequence = %u", N_ENTRY);
        return N_ENTRY;
    case 24: raw_run(r, "UPDATE audit_entry SET sequence = -sequence"); return 1;
    case 25: { /* the body of another entry, hash and all */
        if (k >= i) k++;
        raw_run(r,
                "UPDATE audit_entry SET (body, hash) = (SELECT body, hash FROM audit_entry WHERE "
                "sequence = %zu) WHERE sequence = %llu",
                k, s);
        return i;
    }
    default: fail_msg("no such kind"); return 0;
    }
}
enum { KINDS = 26 };

/* S25: edited, deleted, inserted, reordered, truncated; also by one who can make the hashes right.
 */
static void test_3_tampering(void **state)
{
    (void)state;
    int missed = 0, found[KINDS] = {0};

    random_init(&base.random, 25);
    ledger_make(&base.log, "base");
    ledger_fill(&base.log, N_ENTRY);
    base_load();
    const struct secret *key = keyring_key(base.log.keyring, KEY_DATABASE);
    backend_close(base.log.backend);

    for (int t = 0; t < TAMPERINGS; t++) {
        int kind = t % KINDS;
        ledger_copy("base/database", "work");
        struct raw *r = raw_open("work", key);
        raw_drop_triggers(r);
        raw_run(r, "BEGIN");
        uint64_t at = tamper(r, kind);
        raw_run(r, "COMMIT");
        raw_close(r);

        struct audit_log l = {ledger_open(&base.log, "work"), base.log.keyring};
        assert_non_null(l.backend);
        struct audit_report report;
        struct err e = {0};
        bool ok = audit_log_verify(&report, &l, (struct text){NULL, 0}, &e);
        if (!ok) fail_msg("tampering %d of kind %d: %s", t, kind, e.msg);
        if (report.first_bad == 0) {
            print_error("missed: tampering %d of kind %d\n", t, kind);
            missed++;
        } else if (report.first_bad > at) {
            fail_msg("tampering %d of kind %d: found at %llu, was at %llu: %s", t, kind,
                     (unsigned long long)report.first_bad, (unsigned long long)at, report.problem);
        }
        found[kind]++;
        /* S9: where the end of the log does not fit, no act is written behind it. */
        if (kind == 12 || kind == 13 || kind == 14 || kind == 16 || kind == 20) {
            assert_true(backend_begin(l.backend, true, NULL));
            bool appended =
                audit_log_append(&l, &(struct audit_event){.action = AUDIT_TABLE}, NULL, &e);
            if (kind != 20)
                assert_false(appended); /* 20: as if new; the verification has found it */
            backend_rollback(l.backend);
        }
        backend_close(l.backend);
    }
    assert_int_equal(missed, 0);
    for (int k = 0; k < KINDS; k++) assert_true(found[k] >= TAMPERINGS / KINDS);
    for (size_t i = 0; i <= N_ENTRY; i++) free(base.body[i]);
    keyring_close(base.log.keyring);
}

/* ---- anchors ---- */

static void test_4_anchors(void **state)
{
    (void)state;
    struct audit_log l;
    char at_700[CHECKPOINT_TEXT], at_1500[CHECKPOINT_TEXT], other_1500[CHECKPOINT_TEXT];

    ledger_make(&l, "anchors");
    ledger_fill(&l, 700);
    memcpy(at_700, verify(&l, NULL).checkpoint, sizeof at_700);
    assert_true(backend_copy_to(l.backend, "old", NULL));
    ledger_fill(&l, 800);
    memcpy(at_1500, verify(&l, NULL).checkpoint, sizeof at_1500);

    /* A log that has grown still contains what was kept elsewhere. */
    assert_int_equal(verify(&l, at_700).first_bad, 0);
    assert_int_equal(verify(&l, at_1500).first_bad, 0);

    /* The whole file put back to an earlier state: consistent in itself, found by the anchor only.
     */
    struct audit_log old = {ledger_open(&l, "old"), l.keyring};
    assert_non_null(old.backend);
    assert_int_equal(verify(&old, NULL).first_bad, 0);
    assert_int_equal(verify(&old, at_700).first_bad, 0);
    struct audit_report r = verify(&old, at_1500);
    assert_int_equal(r.first_bad, 701);
    assert_non_null(strstr(r.problem, "older state"));

    /* The earlier state, and another story told from there on with the same keys. */
    ledger_fill(&old, 800);
    memcpy(other_1500, verify(&old, NULL).checkpoint, sizeof other_1500);
    assert_int_equal(verify(&old, at_700).first_bad, 0);
    r = verify(&old, at_1500);
    assert_int_not_equal(r.first_bad, 0);
    assert_non_null(strstr(r.problem, "kept elsewhere"));
    assert_int_not_equal(verify(&l, other_1500).first_bad, 0);
    ledger_fill(&old, 100); /* and when it has overtaken the anchor */
    assert_int_not_equal(verify(&old, at_1500).first_bad, 0);
    backend_close(old.backend);
    ledger_close(&l);
}

static void refused(const struct audit_log *l, const char *anchor, const char *id)
{
    struct audit_report r;
    struct err e = {0};
    assert_false(audit_log_verify(&r, l, text_of(anchor), &e));
    assert_string_equal(e.id, id);
    assert_int_not_equal(e.remedy[0], 0);
}

static void test_5_no_anchors(void **state)
{
    (void)state;
    struct audit_log l, other;
    struct audit_report r;

    ledger_make(&l, "one");
    ledger_make(&other, "other");
    ledger_fill(&l, 10);
    ledger_fill(&other, 10);
    assert_int_equal(verify(&l, "").first_bad, 0);
    assert_int_equal(verify(&l, " \n").first_bad, 0);
    refused(&l, "something", "audit.anchor_unreadable");
    refused(&l, verify(&other, NULL).checkpoint, "audit.anchor_foreign");
    r = verify(&l, NULL);
    char *digit = strstr(r.checkpoint, "\n10\n");
    assert_non_null(digit);
    digit[1] = '9';
    refused(&l, r.checkpoint, "audit.anchor_foreign");

    /* The wrong keyring: nothing of the log can be confirmed. */
    struct audit_log crossed = {l.backend, other.keyring};
    assert_int_not_equal(verify(&crossed, NULL).first_bad, 0);
    ledger_close(&l);
    ledger_close(&other);
}

/* S26: 200,000 entries a second; processor time, for the machine is shared. Sanitized builds only
 * run it. */
static void test_6_speed(void **state)
{
    (void)state;
    struct audit_log l;
    size_t n = harness_sanitized() ? 3000 : 100000;

    ledger_make(&l, "speed");
    clock_t t0 = clock();
    ledger_fill(&l, n);
    clock_t t1 = clock();
    assert_int_equal(verify(&l, NULL).first_bad, 0);
    clock_t t2 = clock();
    double append_us = (double)(t1 - t0) * 1e6 / CLOCKS_PER_SEC / (double)n;
    double rate = (double)n / ((double)(t2 - t1) / CLOCKS_PER_SEC);
    print_message("append %.1f us an entry, verify %.0f entries a second\n", append_us, rate);
    if (!harness_sanitized()) {
        assert_true(append_us < 50);
        assert_true(rate >= 200000);
    }
    ledger_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_holds),      cmocka_unit_test(test_2_empty),
        cmocka_unit_test(test_3_tampering),  cmocka_unit_test(test_4_anchors),
        cmocka_unit_test(test_5_no_anchors), cmocka_unit_test(test_6_speed),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
