/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/parameters.h"

#include "base/catalogue.h"
#include "base/text.h"

#include <string.h>

static bool choice_fits(const char *choices, const char *value)
{
    struct text rest = text_of(choices), one;
    while (text_split(&rest, '|', &one))
        if (text_is(one, value)) return true;
    return false;
}

bool parameter_is_line(const char *value)
{
    struct text t = text_of(value);
    for (size_t i = 0; i < t.n; i++)
        if ((unsigned char)t.p[i] < 0x20 || t.p[i] == 0x7f) return false;
    return text_is_utf8(t, NULL);
}

static bool check_text(const struct operation *op, const struct parameter_spec *p,
                       const struct json *j, struct err *e)
{
    const char *value = json_as_text(j, NULL);
    if (value == NULL)
        return err_set(e, ERR_USAGE, "call.type", "%s: parameter %s must be text", op->name,
                       p->name);
    size_t n = strlen(value);
    if ((int64_t)n < p->min)
        return err_set(e, ERR_USAGE, "call.empty", "%s: parameter %s is empty", op->name, p->name);
    if ((int64_t)n > p->max)
        return err_set(e, ERR_USAGE, "call.too_long", "%s: parameter %s is longer than %lld bytes",
                       op->name, p->name, (long long)p->max);
    if (p->line && !parameter_is_line(value))
        return err_set(e, ERR_USAGE, "call.control", "%s: parameter %s holds a control character",
                       op->name, p->name);
    if (p->choices != NULL && !choice_fits(p->choices, value)) {
        err_set(e, ERR_USAGE, "call.choice", "%s: parameter %s has no such choice", op->name,
                p->name);
        return err_remedy(e, "choose one of %s", p->choices);
    }
    return true;
}

static bool check_fields(const struct operation *op, const struct parameter_spec *p,
                         const struct json *j, struct err *e)
{
    const char *key;
    const struct json *value;
    bool fits = json_kind(j) == JSON_OBJECT;
    for (void *at = NULL; fits && json_next(j, &at, &key, &value);) {
        if (json_kind(value) == JSON_TEXT) {
            if (!check_text(op, p, value, e)) return false;
            continue;
        }
        fits = json_kind(value) == JSON_ARRAY;
        for (size_t i = 0; fits && i < json_size(value); i++)
            if (!check_text(op, p, json_at(value, i), e)) return false;
    }
    return fits || err_set(e, ERR_USAGE, "call.type", "%s: parameter %s must be an object of texts",
                           op->name, p->name);
}

static bool check_value(const struct operation *op, const struct parameter_spec *p,
                        const struct json *j, struct err *e)
{
    int64_t v;
    switch (p->type) {
    case PARAM_TEXT: return check_text(op, p, j, e);
    case PARAM_INT:
        if (json_kind(j) != JSON_INT)
            return err_set(e, ERR_USAGE, "call.type", "%s: parameter %s must be a whole number",
                           op->name, p->name);
        v = json_as_int(j, 0);
        if (v < p->min || v > p->max)
            return err_set(e, ERR_USAGE, "call.range",
                           "%s: parameter %s must be between %lld and %lld", op->name, p->name,
                           (long long)p->min, (long long)p->max);
        return true;
    case PARAM_BOOL:
        if (json_kind(j) == JSON_BOOL) return true;
        return err_set(e, ERR_USAGE, "call.type", "%s: parameter %s must be true or false",
                       op->name, p->name);
    case PARAM_FIELDS: return check_fields(op, p, j, e);
    case PARAM_LIST:
        if (json_kind(j) != JSON_ARRAY || json_size(j) > 100)
            return err_set(e, ERR_USAGE, "call.type",
                           "%s: parameter %s must be a list of at most 100", op->name, p->name);
        for (size_t i = 0; i < json_size(j); i++)
            if (!check_text(op, p, json_at(j, i), e)) return false;
        return true;
    }
    return false;
}

bool parameters_fit(const struct operation *op, const struct json *in, struct err *e)
{
    if (json_kind(in) != JSON_OBJECT)
        return err_set(e, ERR_USAGE, "call.type", "%s: parameters must be an object", op->name);
    const char *key;
    const struct json *value;
    for (void *at = NULL; json_next(in, &at, &key, &value);) {
        const struct parameter_spec *p = op->parameter;
        while (p->name != NULL && strcmp(p->name, key) != 0) p++;
        if (p->name == NULL)
            return err_set(e, ERR_USAGE, "call.unknown", "%s has no parameter %s", op->name, key);
        if (!check_value(op, p, value, e)) return false;
    }
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (p->required && !json_has(in, p->name))
            return err_set(e, ERR_USAGE, "call.missing", "%s needs parameter %s: %s", op->name,
                           p->name, tr(p->summary));
    return true;
}
