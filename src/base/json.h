/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to jansson: JSON documents, the parameters and results of operations.
 *
 * A document is a tree of objects, arrays, texts, integers, numbers, booleans and null. Object
 * members keep their order. Functions that build take over ("own") the child they are given, so a
 * tree has one owner: json_free() at its root. Limits when parsing (S70): depth 32, 10,000 members
 * for each object, no duplicate keys, no lone surrogates, no NUL. */
#ifndef DCIM_BASE_JSON_H
#define DCIM_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/* jansson exports these four names as well; ours have symbols of their own. */
#define json_object dcim_json_object
#define json_array dcim_json_array
#define json_null dcim_json_null
#define json_copy dcim_json_copy

struct json *json_object(void);
struct json *json_array(void);
struct json *json_text(struct text t); /* must be valid UTF-8, else replaced by U+FFFD */
struct json *json_int(int64_t v);
struct json *json_number(double v); /* null for what is not a finite number */
struct json *json_bool(bool v);
struct json *json_null(void);
void json_free(struct json *j);               /* NULL is fine */
struct json *json_copy(const struct json *j); /* deep; `owns` */
/* The same tree once more: it goes when both have been freed. A change of one is seen in the other;
 * a tree that several threads share is changed by none. Cost: O(1). */
struct json *json_share(const struct json *j);

/* `key` is valid UTF-8; a member of that name is replaced in its place. */
void json_set(struct json *object, const char *key, struct json *child);     /* takes child */
void json_set_text(struct json *object, const char *key, const char *value); /* NULL: null */
void json_set_int(struct json *object, const char *key, int64_t value);
void json_set_bool(struct json *object, const char *key, bool value);
void json_push(struct json *array, struct json *child); /* takes child */

/* Whether both say the same; the order of members does not matter. Cost: O(size). */
bool json_same(const struct json *a, const struct json *b);

/* Take a member out of its object; NULL when there is none. `owns`. */
struct json *json_take(struct json *object, const char *key);

/* Reading. A missing member, or one of another type, gives NULL, the default, or an empty text. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_get_text(const struct json *object, const char *key, const char *otherwise);
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
double json_get_number(const struct json *object, const char *key,
                       double otherwise); /* integers too */
bool json_get_bool(const struct json *object, const char *key, bool otherwise);
bool json_has(const struct json *object, const char *key);

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_TEXT, JSON_INT, JSON_NUMBER, JSON_BOOL, JSON_NULL };
enum json_kind json_kind(const struct json *j);
size_t json_size(const struct json *j); /* items of an array, members of an object */
const struct json *json_at(const struct json *array, size_t i);
const char *json_as_text(const struct json *j, const char *otherwise);
int64_t json_as_int(const struct json *j, int64_t otherwise);
double json_as_number(const struct json *j, double otherwise);
bool json_as_bool(const struct json *j, bool otherwise);
/* Members in order: json_member(j, i, &key) for i < json_size(j). Cost: O(i). */
const struct json *json_member(const struct json *object, size_t i, const char **key);
/* The same in O(1): `*cursor` starts as NULL; false behind the last. The object must not change. */
bool json_next(const struct json *object, void **cursor, const char **key,
               const struct json **value);

/* Members may be changed in their place; none may be added or taken out meanwhile. */
bool json_next_mut(struct json *object, void **cursor, const char **key, struct json **value);

/* A member or item to be changed in its place; NULL when it is missing. */
struct json *json_member_mut(struct json *object, const char *key);
struct json *json_item_mut(struct json *array, size_t i);

/* Parse one whole document, any value. `owns` *out, which is NULL after an error.
 * Errors: ERR_INPUT "json.malformed", ERR_LIMIT "json.limit", with line and column; what the
 * document holds there is in the detail only. */
bool json_parse(struct json **out, struct text t, struct err *e) MUST_CHECK;

/* Write: compact, or indented by two. Numbers have 17 significant digits whatever the locale, so
 * they come back the same; one tree always gives the same bytes. */
void json_write(struct buf *out, const struct json *j, bool indented);

#endif
