/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/api_description.h"

#include "base/catalogue.h"
#include "service/client.h"
#include "web/api_routes.h"

#include <stdio.h>
#include <string.h>

static struct json *of_type(const char *type)
{
    struct json *s = json_object();
    json_set_text(s, "type", type);
    return s;
}

static struct json *reference(const char *to)
{
    struct json *s = json_object();
    json_set_text(s, "$ref", to);
    return s;
}

static void set_type(struct json *properties, const char *name, const char *type)
{
    json_set(properties, name, of_type(type));
}

static struct json *content(const char *type, struct json *schema)
{
    struct json *c = json_object(), *media = json_object();
    json_set(media, "schema", schema);
    json_set(c, type, media);
    return c;
}

/* ---- parameters ---- */

static bool in_path(const struct api_route *r, const char *name)
{
    char field[80];
    snprintf(field, sizeof field, "{%s}", name);
    return strstr(r->path, field) != NULL;
}

static bool has_body(const struct api_route *r)
{
    return r->method != METHOD_GET && r->method != METHOD_DELETE;
}

static bool in_body(const struct api_route *r, const struct parameter_spec *p)
{
    return has_body(r) && !p->local && !in_path(r, p->name) &&
           (r->version == NULL || strcmp(r->version, p->name) != 0);
}

static struct json *parameter(const char *name, const char *where, bool required,
                              const char *description, struct json *schema)
{
    struct json *p = json_object();
    json_set_text(p, "name", name);
    json_set_text(p, "in", where);
    json_set_bool(p, "required", required);
    json_set_text(p, "description", description);
    json_set(p, "schema", schema);
    return p;
}

static struct json *parameters(const struct api_route *r, const struct operation *op)
{
    struct json *list = json_array();
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        bool path = in_path(r, p->name),
             cursor = r->cursor != NULL && strcmp(r->cursor, p->name) == 0;
        if (p->local || (!path && r->method != METHOD_GET)) continue;
        json_push(list, parameter(cursor ? "cursor" : p->name, path ? "path" : "query",
                                  path || p->required, tr(p->summary), parameter_schema(p)));
    }
    if (r->method == METHOD_POST)
        json_push(list, parameter("Idempotency-Key", "header", false,
                                  tr("What the program calls this request: the same under the same "
                                     "name is done once, and answered as then for a day."),
                                  of_type("string")));
    if (r->version != NULL)
        json_push(list, parameter("If-Match", "header", true,
                                  tr("The ETag of the version that was read."), of_type("string")));
    return list;
}

static struct json *request_body(const struct api_route *r, const struct operation *op)
{
    struct json *s = of_type("object"), *members = json_object(), *required = json_array(),
                *body = json_object();
    bool needed = false;
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        if (!in_body(r, p)) continue;
        json_set(members, p->name, parameter_schema(p));
        if (p->required) json_push(required, json_text(text_of(p->name)));
        needed = needed || p->required;
    }
    json_set(s, "properties", members);
    if (needed) json_set(s, "required", required);
    else json_free(required);
    json_set_bool(s, "additionalProperties", false);
    json_set_bool(body, "required", needed);
    json_set(body, "content", content("application/json", s));
    return body;
}

/* ---- answers ---- */

static struct json *schema_of_answer(const struct api_route *r, const struct operation *op)
{
    struct json *s = result_schema(op), *next = json_object(), *types = json_array();
    json_push(types, json_text(TEXT("string")));
    json_push(types, json_text(TEXT("null")));
    json_set(next, "type", types);
    json_set_text(next, "format", "uri-reference");
    json_set_text(next, "description",
                  tr("The address where the list goes on; null where it has ended."));
    if (r->cursor != NULL) json_set(json_member_mut(s, "properties"), "next", next);
    else json_free(next);
    return s;
}

static void add_header(struct json *headers, const char *name, const char *description)
{
    struct json *h = json_object();
    json_set_text(h, "description", description);
    json_set(h, "schema", of_type("string"));
    json_set(headers, name, h);
}

static struct json *answers(const struct api_route *r, const struct operation *op)
{
    struct json *all = json_object(), *good = json_object(), *headers = json_object();
    json_set_text(good, "description", tr(op->summary));
    if (r->etag != NULL)
        add_header(headers, "ETag", tr("The version of what was read, in quotation marks."));
    if (r->location != NULL)
        add_header(headers, "Content-Location",
                   r->later ? tr("The address that says how far it is.")
                            : tr("The address of what was made."));
    json_set(good, "headers", headers);
    json_set(good, "content", content("application/json", schema_of_answer(r, op)));
    json_set(all, r->later ? "202" : r->location != NULL ? "201" : "200", good);
    json_set(all, "default", reference("#/components/responses/problem"));
    return all;
}

static const char *lower_name(const struct api_route *r)
{
    switch (r->method) {
    case METHOD_GET: return "get";
    case METHOD_POST: return "post";
    case METHOD_PUT: return "put";
    case METHOD_PATCH: return "patch";
    case METHOD_DELETE: return "delete";
    }
    return "";
}

static struct json *operation(const struct api_route *r)
{
    const struct operation *op = operation_find(r->operation);
    struct json *o = json_object(), *tags = json_array();
    json_push(tags, json_text(text_of(tr(r->tag))));
    json_set(o, "tags", tags);
    json_set_text(o, "operationId", op->name);
    json_set_text(o, "summary", tr(op->summary));
    if (r->about != NULL) json_set_text(o, "description", tr(r->about));
    json_set_text(o, "x-dcim-capability", capability_name(op->capability));
    json_set_bool(o, "x-dcim-audited", strcmp(op->audit, "none") != 0);
    json_set(o, "parameters", parameters(r, op));
    if (has_body(r)) json_set(o, "requestBody", request_body(r, op));
    json_set(o, "responses", answers(r, op));
    return o;
}

/* ---- what all routes share ---- */

static struct json *fault_schema(void)
{
    struct json *s = of_type("object"), *m = json_object();
    json_set(m, "pointer", of_type("string"));
    json_set_text(json_member_mut(m, "pointer"), "format", "json-pointer");
    set_type(m, "parameter", "string");
    set_type(m, "code", "string");
    set_type(m, "message", "string");
    json_set(s, "properties", m);
    json_set_bool(s, "additionalProperties", false);
    return s;
}

static struct json *problem_schema(void)
{
    static const char *const needed[] = {"type", "title", "status", "detail", "instance", "errors"};
    struct json *s = of_type("object"), *m = json_object(), *required = json_array(),
                *errors = of_type("array");
    set_type(m, "type", "string");
    set_type(m, "title", "string");
    set_type(m, "status", "integer");
    set_type(m, "detail", "string");
    set_type(m, "remedy", "string");
    set_type(m, "instance", "string");
    json_set(errors, "items", fault_schema());
    json_set(m, "errors", errors);
    json_set(s, "properties", m);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        json_push(required, json_text(text_of(needed[i])));
    json_set(s, "required", required);
    json_set_bool(s, "additionalProperties", false);
    return s;
}

static struct json *components(void)
{
    struct json *c = json_object(), *schemas = json_object(), *responses = json_object(),
                *problem = json_object(), *schemes = json_object(), *key = json_object();
    json_set(schemas, "problem", problem_schema());
    json_set(c, "schemas", schemas);
    json_set_text(
        problem, "description",
        tr("What went wrong. 401: no key, or one that is over; 403: the key or the role is "
           "not for this; 404: there is no such thing, or not for this key; 409: it "
           "stands against what is there; 412 and 428: If-Match; 429: too much at once, with "
           "Retry-After."));
    json_set(problem, "content",
             content("application/problem+json", reference("#/components/schemas/problem")));
    json_set(responses, "problem", problem);
    json_set(c, "responses", responses);
    json_set_text(key, "type", "http");
    json_set_text(key, "scheme", "bearer");
    json_set_text(
        key, "description",
        tr("A key for a program, made on the page of an account: for named operations, one "
           "purpose, and at most 90 days. Only in this header."));
    json_set(schemes, "key", key);
    json_set(c, "securitySchemes", schemes);
    return c;
}

static struct json *info(void)
{
    struct json *i = json_object(), *licence = json_object();
    json_set_text(i, "title", "DCIM");
    json_set_text(i, "version", DCIM_VERSION);
    json_set_text(
        i, "description",
        tr("Every read of a record is an entry of the log, as in the browser. Texts are UTF-8, their "
           "greatest lengths are in bytes, and instants are as in RFC 3339. Members that are not "
           "described are refused. An answer under an Idempotency-Key is kept for a day; another "
           "request under it is 422. Not offered: releases; direct "
           "identifiers, and what wants a second factor."));
    json_set_text(licence, "name", "EUPL-1.2");
    json_set_text(licence, "identifier", "EUPL-1.2");
    json_set(i, "license", licence);
    return i;
}

static struct json *paths(void)
{
    struct json *all = json_object();
    const struct api_route *r;
    for (size_t i = 0; (r = api_route_at(i)) != NULL; i++) {
        if (!json_has(all, r->path)) json_set(all, r->path, json_object());
        json_set(json_member_mut(all, r->path), lower_name(r), operation(r));
    }
    return all;
}

struct json *api_description(void)
{
    struct json *d = json_object(), *servers = json_array(), *server = json_object(),
                *security = json_array(), *key = json_object();
    json_set_text(d, "openapi", "3.1.0");
    json_set(d, "info", info());
    json_set_text(server, "url", API_ROOT);
    json_push(servers, server);
    json_set(d, "servers", servers);
    json_set(key, "key", json_array());
    json_push(security, key);
    json_set(d, "security", security);
    json_set(d, "paths", paths());
    json_set(d, "components", components());
    return d;
}
