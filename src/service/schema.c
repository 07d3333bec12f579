/* SPDX-License-Identifier: EUPL-1.2 */
/* What operations take and give, as JSON Schema (2020-12, the dialect of OpenAPI 3.1): made from
 * their rows, so that it cannot differ from them. */
#include "service/client.h"

#include "base/catalogue.h"
#include "service/result_spec.h"

#include <string.h>

enum { LIST_LONGEST = 100 };

static struct json *of_type(const char *type)
{
    struct json *s = json_object();
    json_set_text(s, "type", type);
    return s;
}

static struct json *list_of(struct json *items)
{
    struct json *s = of_type("array");
    json_set(s, "items", items);
    return s;
}

/* ---- parameters ---- */

static void put_text(struct json *s, const struct parameter_spec *p)
{
    struct text rest, one;
    json_set_int(s, "minLength", p->min);
    json_set_int(s, "maxLength", p->max);
    if (p->choices == NULL) return;
    struct json *list = json_array();
    rest = text_of(p->choices);
    while (text_split(&rest, '|', &one)) json_push(list, json_text(one));
    json_set(s, "enum", list);
}

static struct json *text_of_parameter(const struct parameter_spec *p)
{
    struct json *s = of_type("string");
    put_text(s, p);
    return s;
}

/* An object of texts and lists of texts. */
static struct json *fields_of(const struct parameter_spec *p)
{
    struct json *s = of_type("object"), *either = json_array(), *value = json_object();
    json_push(either, text_of_parameter(p));
    json_push(either, list_of(text_of_parameter(p)));
    json_set(value, "anyOf", either);
    json_set(s, "additionalProperties", value);
    return s;
}

struct json *parameter_schema(const struct parameter_spec *p)
{
    struct json *s = NULL;
    switch (p->type) {
    case PARAM_TEXT: s = text_of_parameter(p); break;
    case PARAM_BOOL: s = of_type("boolean"); break;
    case PARAM_FIELDS: s = fields_of(p); break;
    case PARAM_INT:
        s = of_type("integer");
        json_set_int(s, "minimum", p->min);
        json_set_int(s, "maximum", p->max);
        break;
    case PARAM_LIST:
        s = list_of(text_of_parameter(p));
        json_set_int(s, "maxItems", LIST_LONGEST);
        break;
    }
    json_set_text(s, "description", tr(p->summary));
    return s;
}

/* ---- results ---- */

/* Whatever a result may leave out it may also have null for. */
static struct json *or_null(struct json *s)
{
    struct json *types = json_array();
    json_push(types, json_text(text_of(json_get_text(s, "type", ""))));
    json_push(types, json_text(TEXT("null")));
    json_set(s, "type", types);
    return s;
}

static struct json *object_of(struct text spec);

/* `at` alone may be another place than one in time. */
static bool is_instant(struct text name)
{
    return text_is(name, "until") || text_ends(name, TEXT("_at"));
}

static struct json *of_member(const struct result_member *m)
{
    struct json *s;
    switch (m->kind) {
    case RESULT_ANY: return json_object();
    case RESULT_INT: return or_null(of_type("integer"));
    case RESULT_NUMBER: return or_null(of_type("number"));
    case RESULT_BOOL: return or_null(of_type("boolean"));
    case RESULT_TEXTS: return or_null(list_of(of_type("string")));
    case RESULT_OBJECT: return or_null(object_of(m->inner));
    case RESULT_OBJECTS: return or_null(list_of(object_of(m->inner)));
    case RESULT_TEXT: break;
    }
    s = or_null(of_type("string"));
    if (is_instant(m->name)) json_set_text(s, "format", "date-time");
    return s;
}

static struct json *object_of(struct text spec)
{
    struct json *s = of_type("object"), *members = json_object();
    struct result_member m;
    bool ok = true;
    while (result_next(&m, &spec, &ok)) {
        char name[100];
        if (m.name.n >= sizeof name) continue;
        memcpy(name, m.name.p, m.name.n);
        name[m.name.n] = '\0';
        json_set(members, name, of_member(&m));
    }
    json_set(s, "properties", members);
    json_set_bool(s, "additionalProperties", false);
    return s;
}

struct json *result_schema(const struct operation *op)
{
    return object_of(text_of(op->result == NULL ? "" : op->result));
}
