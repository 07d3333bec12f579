/* SPDX-License-Identifier: EUPL-1.2 */
/* Trees. Nodes are short and lie one behind the other (json_memory.c); members of an object are one
 * row of pairs, with short keys within, and an index from some number on. Reading is json_read.c,
 * writing json_write.c. */
#include "base/json.h"

#include "base/crypto.h"
#include "base/json_internal.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    ROOM_FIRST = 8,
    INDEX_FROM = 64 /* room for members; fewer are looked through */
};

/* ---- nodes ---- */

/* Shared by all, never freed. */
static struct json the_null = {.kind = JSON_NULL};
static struct json_scalar the_false = {{.kind = JSON_BOOL}, {.i = 0}},
                          the_true = {{.kind = JSON_BOOL}, {.i = 1}};

static bool for_ever(const struct json *j)
{
    return j->kind == JSON_BOOL || j->kind == JSON_NULL;
}

/* `j`, of which the caller may write what only counts its holders. */
static struct json *held(const struct json *j)
{
    union {
        const struct json *in;
        struct json *out;
    } u = {.in = j};
    return u.out;
}

static struct json *node(size_t size, enum json_kind kind)
{
    struct json *j = json_piece_take(size);
    atomic_init(&j->holders, 1);
    j->kind = kind;
    j->n = j->room = 0;
    return j;
}

static struct json_items *items(const struct json *j)
{
    return (struct json_items *)(void *)held(j);
}

static struct json_members *members(const struct json *j)
{
    return (struct json_members *)(void *)held(j);
}

static bool is(const struct json *j, enum json_kind kind)
{
    return j != NULL && j->kind == kind;
}

/* ---- keys ---- */

const char *json_pair_key(const struct json_pair *p)
{
    if (p->n < JSON_KEY_WITHIN) return p->key.within;
    const char *far;
    memcpy(&far, p->key.within, sizeof far);
    return far;
}

static void set_key(struct json_pair *p, struct text key)
{
    p->n = (uint32_t)key.n;
    char *to = p->key.within;
    if (key.n >= JSON_KEY_WITHIN) {
        to = json_piece_take(mem_add(key.n, 1));
        memcpy(p->key.within, &to, sizeof to);
    }
    if (key.n > 0) memcpy(to, key.p, key.n);
    to[key.n] = '\0';
}

static void drop_key(struct json_pair *p)
{
    char *far;
    if (p->n < JSON_KEY_WITHIN) return;
    memcpy(&far, p->key.within, sizeof far);
    json_piece_give(far);
}

static bool key_is(const struct json_pair *p, struct text key)
{
    return p->n == key.n && (key.n == 0 || memcmp(json_pair_key(p), key.p, key.n) == 0);
}

/* ---- members ---- */

static size_t slots(const struct json *o)
{
    return (size_t)o->room * 2; /* a power of two, half of it free */
}

static void put_in_index(struct json_members *o, uint32_t i)
{
    const struct json_pair *p = &o->pair[i];
    size_t mask = slots(&o->head) - 1, at = crypto_map_hash(json_pair_key(p), p->n) & mask;
    while (o->index[at] != 0) at = (at + 1) & mask;
    o->index[at] = i + 1;
}

static void make_index(struct json_members *o)
{
    json_piece_give(o->index);
    o->index = NULL;
    if (o->head.room < INDEX_FROM) return;
    size_t bytes = mem_mul(slots(&o->head), sizeof *o->index);
    o->index = json_piece_take(bytes);
    memset(o->index, 0, bytes);
    for (uint32_t i = 0; i < o->head.n; i++) put_in_index(o, i);
}

static struct json_pair *find(const struct json *object, struct text key)
{
    if (!is(object, JSON_OBJECT)) return NULL;
    struct json_members *o = members(object);
    if (o->index == NULL) {
        for (uint32_t i = 0; i < o->head.n; i++)
            if (key_is(&o->pair[i], key)) return &o->pair[i];
        return NULL;
    }
    size_t mask = slots(object) - 1, at = crypto_map_hash(key.p, key.n) & mask;
    for (; o->index[at] != 0; at = (at + 1) & mask)
        if (key_is(&o->pair[o->index[at] - 1], key)) return &o->pair[o->index[at] - 1];
    return NULL;
}

static void resize_members(struct json_members *o, size_t room)
{
    struct json_pair *more = json_piece_take(mem_mul(room, sizeof *more));
    if (o->head.n > 0) memcpy(more, o->pair, o->head.n * sizeof *more);
    json_piece_give(o->pair);
    o->pair = more;
    o->head.room = (uint32_t)room;
    make_index(o);
}

void json_expect(struct json *object, size_t n_members)
{
    size_t room = ROOM_FIRST;
    assert(is(object, JSON_OBJECT));
    while (room < n_members && room < INDEX_FROM / 2) room *= 2;
    if (object->room == 0) resize_members(members(object), room);
}

static void append(struct json *object, struct text key, struct json *child)
{
    struct json_members *o = members(object);
    if (o->head.n == o->head.room) {
        assert(o->head.room < UINT32_MAX / 4);
        resize_members(o, o->head.room == 0 ? ROOM_FIRST : (size_t)o->head.room * 2);
    }
    struct json_pair *p = &o->pair[o->head.n];
    set_key(p, key);
    p->value = child;
    o->head.n++;
    if (o->index != NULL) put_in_index(o, o->head.n - 1);
}

bool json_add(struct json *object, struct text key, struct json *child)
{
    if (find(object, key) != NULL) return false;
    append(object, key, child);
    return true;
}

/* ---- building ---- */

struct json *json_object(void)
{
    struct json_members *o = members(node(sizeof *o, JSON_OBJECT));
    o->pair = NULL;
    o->index = NULL;
    return &o->head;
}

struct json *json_array(void)
{
    struct json_items *a = items(node(sizeof *a, JSON_ARRAY));
    a->item = NULL;
    return &a->head;
}

struct json *json_letters(struct text t)
{
    assert(t.n < UINT32_MAX);
    struct json_letters *l =
        (void *)node(mem_add(offsetof(struct json_letters, p) + 1, t.n), JSON_TEXT);
    l->head.n = (uint32_t)t.n;
    if (t.n > 0) memcpy(l->p, t.p, t.n);
    l->p[t.n] = '\0';
    return &l->head;
}

/* `t` with each byte that is not part of valid UTF-8 replaced by U+FFFD. */
static struct json *text_repaired(struct text t)
{
    struct buf b;
    size_t bad;
    buf_init_wiped(&b, mem_mul(mem_add(t.n, 1), 3));
    while (!text_is_utf8(t, &bad)) {
        buf_put(&b, t.p, bad);
        buf_puts(&b, "\xEF\xBF\xBD");
        t.p += bad + 1;
        t.n -= bad + 1;
    }
    buf_put_text(&b, t);
    struct json *j = json_letters(buf_text(&b));
    buf_release(&b);
    return j;
}

struct json *json_text(struct text t)
{
    return text_is_utf8(t, NULL) ? json_letters(t) : text_repaired(t);
}

static struct json_scalar *scalar(enum json_kind kind)
{
    return (void *)node(sizeof(struct json_scalar), kind);
}

struct json *json_int(int64_t v)
{
    struct json_scalar *s = scalar(JSON_INT);
    s->is.i = v;
    return &s->head;
}

struct json *json_number(double v)
{
    if (!isfinite(v)) return json_null();
    struct json_scalar *s = scalar(JSON_NUMBER);
    s->is.d = v;
    return &s->head;
}

struct json *json_bool(bool v)
{
    return v ? &the_true.head : &the_false.head;
}

struct json *json_null(void)
{
    return &the_null;
}

static void free_node(struct json *j)
{
    if (j->kind == JSON_ARRAY) {
        struct json_items *a = items(j);
        for (uint32_t i = 0; i < j->n; i++) json_free(a->item[i]);
        json_piece_give(a->item);
    } else if (j->kind == JSON_OBJECT) {
        struct json_members *o = members(j);
        for (uint32_t i = 0; i < j->n; i++) {
            drop_key(&o->pair[i]);
            json_free(o->pair[i].value);
        }
        json_piece_give(o->pair);
        json_piece_give(o->index);
    }
    json_piece_give(j);
}

void json_free(struct json *j)
{
    if (j == NULL || for_ever(j)) return;
    /* Who holds it alone need not tell anybody. */
    if (atomic_load_explicit(&j->holders, memory_order_acquire) == 1 ||
        atomic_fetch_sub_explicit(&j->holders, 1, memory_order_acq_rel) == 1)
        free_node(j);
}

struct json *json_share(const struct json *j)
{
    struct json *more = held(j);
    if (!for_ever(j)) (void)atomic_fetch_add_explicit(&more->holders, 1, memory_order_relaxed);
    return more;
}

struct json *json_copy(const struct json *j)
{
    struct json *copy;
    switch (json_kind(j)) {
    case JSON_TEXT: return json_letters((struct text){json_as_text(j, ""), j->n});
    case JSON_INT: return json_int(json_as_int(j, 0));
    case JSON_NUMBER: return json_number(json_as_number(j, 0));
    case JSON_BOOL:
    case JSON_NULL: break;
    case JSON_ARRAY:
        copy = json_array();
        for (uint32_t i = 0; i < j->n; i++) json_push(copy, json_copy(items(j)->item[i]));
        return copy;
    case JSON_OBJECT:
        copy = json_object();
        for (uint32_t i = 0; i < j->n; i++) {
            const struct json_pair *p = &members(j)->pair[i];
            append(copy, (struct text){json_pair_key(p), p->n}, json_copy(p->value));
        }
        return copy;
    }
    return held(j);
}

struct json *json_take(struct json *object, const char *key)
{
    struct json_pair *p = find(object, text_of(key));
    if (p == NULL) return NULL;
    struct json_members *o = members(object);
    struct json *taken = p->value;
    drop_key(p);
    memmove(p, p + 1, (size_t)(o->pair + o->head.n - (p + 1)) * sizeof *p);
    o->head.n--;
    mem_wipe(&o->pair[o->head.n], sizeof *p);
    if (o->index != NULL) make_index(o);
    return taken;
}

void json_set(struct json *object, const char *key, struct json *child)
{
    struct text name = text_of(key);
    assert(is(object, JSON_OBJECT) && child != NULL && child != object && text_is_utf8(name, NULL));
    struct json_pair *there = find(object, name);
    if (there == NULL) {
        append(object, name, child);
        return;
    }
    struct json *before = there->value;
    there->value = child;
    json_free(before);
}

void json_set_text(struct json *object, const char *key, const char *value)
{
    json_set(object, key, value == NULL ? json_null() : json_text(text_of(value)));
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
    json_set(object, key, json_int(value));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
    json_set(object, key, json_bool(value));
}

void json_push(struct json *array, struct json *child)
{
    assert(is(array, JSON_ARRAY) && child != NULL && child != array);
    struct json_items *a = items(array);
    if (array->n == array->room) {
        assert(array->room < UINT32_MAX / 2);
        size_t room = array->room == 0 ? ROOM_FIRST : (size_t)array->room * 2;
        struct json **more = json_piece_take(mem_mul(room, sizeof(struct json *)));
        if (array->n > 0) memcpy(more, a->item, array->n * sizeof(struct json *));
        json_piece_give(a->item);
        a->item = more;
        array->room = (uint32_t)room;
    }
    a->item[array->n++] = child;
}

/* ---- reading ---- */

const struct json *json_get(const struct json *object, const char *key)
{
    const struct json_pair *p = find(object, text_of(key));
    return p == NULL ? NULL : p->value;
}

const char *json_get_text(const struct json *object, const char *key, const char *otherwise)
{
    return json_as_text(json_get(object, key), otherwise);
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
    return json_as_int(json_get(object, key), otherwise);
}

double json_get_number(const struct json *object, const char *key, double otherwise)
{
    return json_as_number(json_get(object, key), otherwise);
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    return json_as_bool(json_get(object, key), otherwise);
}

bool json_has(const struct json *object, const char *key)
{
    return json_get(object, key) != NULL;
}

enum json_kind json_kind(const struct json *j)
{
    return (enum json_kind)j->kind;
}

size_t json_size(const struct json *j)
{
    return is(j, JSON_ARRAY) || is(j, JSON_OBJECT) ? j->n : 0;
}

const struct json *json_at(const struct json *array, size_t i)
{
    return is(array, JSON_ARRAY) && i < array->n ? items(array)->item[i] : NULL;
}

struct json *json_item_mut(struct json *array, size_t i)
{
    return is(array, JSON_ARRAY) && i < array->n ? items(array)->item[i] : NULL;
}

struct json *json_member_mut(struct json *object, const char *key)
{
    const struct json_pair *p = find(object, text_of(key));
    return p == NULL ? NULL : p->value;
}

const char *json_as_text(const struct json *j, const char *otherwise)
{
    return is(j, JSON_TEXT) ? ((const struct json_letters *)(const void *)j)->p : otherwise;
}

int64_t json_as_int(const struct json *j, int64_t otherwise)
{
    return is(j, JSON_INT) ? ((const struct json_scalar *)(const void *)j)->is.i : otherwise;
}

double json_as_number(const struct json *j, double otherwise)
{
    if (is(j, JSON_INT)) return (double)json_as_int(j, 0);
    return is(j, JSON_NUMBER) ? ((const struct json_scalar *)(const void *)j)->is.d : otherwise;
}

bool json_as_bool(const struct json *j, bool otherwise)
{
    return is(j, JSON_BOOL) ? j == &the_true.head : otherwise;
}

static struct json_pair *pair_at(const struct json *object, size_t i)
{
    return is(object, JSON_OBJECT) && i < object->n ? &members(object)->pair[i] : NULL;
}

const struct json *json_member(const struct json *object, size_t i, const char **key)
{
    const struct json_pair *p = pair_at(object, i);
    *key = p == NULL ? NULL : json_pair_key(p);
    return p == NULL ? NULL : p->value;
}

static struct json_pair *next(const struct json *object, void **cursor)
{
    const struct json_pair *before = *cursor;
    size_t i = before == NULL ? 0 : (size_t)(before - members(object)->pair) + 1;
    struct json_pair *p = pair_at(object, i);
    if (p != NULL) *cursor = p;
    return p;
}

bool json_next(const struct json *object, void **cursor, const char **key,
               const struct json **value)
{
    const struct json_pair *p = next(object, cursor);
    if (p == NULL) return false;
    *key = json_pair_key(p);
    *value = p->value;
    return true;
}

bool json_next_mut(struct json *object, void **cursor, const char **key, struct json **value)
{
    struct json_pair *p = next(object, cursor);
    if (p == NULL) return false;
    *key = json_pair_key(p);
    *value = p->value;
    return true;
}
