/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/beside.h"

#include "base/mem.h"
#include "store/store_internal.h"

static bool damaged(struct err *e, const char *code)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of record %s: not what was sealed there", code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

/* The key and the code of a record that is not erased; *kek_id: what the key is wrapped under. */
static bool key_of(uint8_t key[CRYPTO_KEY], uint8_t *kek_id, char code[RECORD_CODE + 1],
                   struct store *st, uint64_t record_no, struct err *e)
{
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = code};
    struct query q;
    bool ok = false;
    code[0] = '\0';
    (void)query_begin(&q, st->backend, SQL_BESIDE_KEY);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (query_next(&q)) {
        struct text wrapped = query_blob(&q, 1);
        record_code_format(code, (uint64_t)query_int(&q, 0));
        *kek_id = wrapped.n == WRAPPED_KEY ? (uint8_t)wrapped.p[2] : (uint8_t)KEY_COUNT;
        bool of_a_set = *kek_id == KEY_VICTIM || *kek_id == KEY_JUSTICE || *kek_id == KEY_CASE;
        ok = of_a_set && envelope_unwrap(key, wrapped.p, wrapped.n,
                                         keyring_key(st->keyring, (enum key_use) * kek_id), &c);
    }
    if (!query_end(&q, e)) return false;
    return ok || damaged(e, code);
}

bool beside_seal(struct buf *out, struct store *st, uint64_t record_no, enum envelope_place place,
                 uint32_t number, struct text words, struct err *e)
{
    char code[RECORD_CODE + 1];
    uint8_t key[CRYPTO_KEY], kek_id;
    if (!key_of(key, &kek_id, code, st, record_no, e)) return false;
    struct envelope_context c = {place, code, number};
    envelope_seal(out, words.p, words.n, key, kek_id, &c);
    mem_wipe(key, sizeof key);
    return true;
}

bool beside_open(struct buf *out, struct store *st, uint64_t record_no, enum envelope_place place,
                 uint32_t number, struct text sealed, struct err *e)
{
    char code[RECORD_CODE + 1];
    uint8_t key[CRYPTO_KEY], kek_id;
    if (!key_of(key, &kek_id, code, st, record_no, e)) return false;
    struct envelope_context c = {place, code, number};
    bool ok = envelope_open(out, sealed.p, sealed.n, key, &c, e);
    mem_wipe(key, sizeof key);
    return ok;
}
