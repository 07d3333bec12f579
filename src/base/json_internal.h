/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of base/json share: the pieces of memory that trees are made of, and the tree. */
#ifndef DCIM_BASE_JSON_INTERNAL_H
#define DCIM_BASE_JSON_INTERNAL_H

#include "base/json.h"

#include <stdatomic.h>

/* ---- pieces of memory (json_memory.c) ---- */

/* `n` bytes, aligned for pointers and 64-bit numbers, not zeroed; counted by mem_fail_after().
 * Pieces that one thread takes one after the other lie one behind the other. Given back by whatever
 * thread: wiped then (S89). */
void *json_piece_take(size_t n);
void json_piece_give(void *piece);

/* ---- the tree (json.c) ---- */

struct json { /* the head of every node */
    _Atomic uint32_t holders;
    uint32_t kind; /* enum json_kind */
    uint32_t n;    /* bytes, items or members */
    uint32_t room; /* of items or members */
};

struct json_scalar {
    struct json head;
    union {
        int64_t i;
        double d;
    } is;
};

struct json_letters { /* a text: head.n bytes and a NUL */
    struct json head;
    char p[];
};

struct json_items {
    struct json head;
    struct json **item;
};

enum { JSON_KEY_WITHIN = 20 };

struct json_pair {
    struct json *value;
    uint32_t n; /* bytes of the key */
    union {
        char within[JSON_KEY_WITHIN]; /* where it fits in with its NUL */
        uint32_t aligned[JSON_KEY_WITHIN / 4];
    } key;
};

struct json_members {
    struct json head;
    struct json_pair *pair; /* in their order */
    uint32_t *index;        /* NULL while they are few */
};

/* A new member at the end of an object; false when one of that name is there: then nothing is done.
 * Takes `child` unless it is refused. */
bool json_add(struct json *object, struct text key, struct json *child);

/* Room for so many members, when the first comes; no more than a guess. */
void json_expect(struct json *object, size_t n_members);

/* A text that is known to be UTF-8. */
struct json *json_letters(struct text t);

const char *json_pair_key(const struct json_pair *p);

#endif
