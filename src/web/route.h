/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of routes: which operation a request asks for, and which page shows what came of it.
 *
 * Most pages are a row here and a template. Fields of the path, the query (GET) and the form (POST)
 * become the operation's parameters by their names; its result is `result` in the template's
 * document. What may be done is the operation's to say (S51): a row without operation shows the
 * program's own words and nothing of a register. */
#ifndef DCIM_WEB_ROUTE_H
#define DCIM_WEB_ROUTE_H

#include "base/json.h"
#include "base/text.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>

struct exchange;

enum {
    ROUTE_OPEN = 1,    /* for who has not signed in as well */
    ROUTE_FILE = 2,    /* the result is a file: members name, type, base64 */
    ROUTE_EXIT = 4,    /* the page shows a person's data: it can be left in a hurry */
    ROUTE_FORM = 8,    /* the page has a main form: another language keeps what was typed */
    ROUTE_SAVES = 16,  /* a POST whose `before` keeps what was typed before the language changes */
    ROUTE_REPEAT = 32, /* a POST that changes nothing: done again in another language */
    ROUTE_AHEAD = 64   /* a GET whose `before` looks at the request alone, not at who asks */
};

enum { ROUTE_EXTRA_MAX = 3, ROUTE_LATER_MAX = 2, ROUTE_VARIABLES_MAX = 4 };

struct route {
    enum method method;
    const char *path;      /* "/records/{record}" */
    const char *operation; /* NULL: a page of the program's own words */
    const char *page;      /* template; NULL: a POST that leads elsewhere, or a file */
    const char *title; /* English, collected for translation; NULL: the result's member `title` */
    const char *nav;   /* address of the menu's item; NULL: none */
    unsigned flags;
    const char *done; /* POST: where to then, "/records/{record}?done=saved"; {x} is a member of the
                          result, else of the path. NULL: the page shows the result */
    const char *again; /* POST: address of the GET row whose page is shown again with what is wrong;
                          NULL: the same address */
    /* Further operations whose results the page shows: `as` is the member they are put under. Their
     * parameters are fields of the path alone. One that may not be asked for is left out. */
    struct {
        const char *operation, *as;
    } extra[ROUTE_EXTRA_MAX];
    /* What `after` of a GET asks for, so that it can be asked ahead (web/ahead.h); `flag` is a
     * parameter that is true, NULL: none. */
    struct {
        const char *operation, *flag;
    } later[ROUTE_LATER_MAX];
    /* What a row cannot say. Before: change x->in; false: it has answered itself. After: x->result
     * is there; false: it has answered itself. NULL: nothing. */
    bool (*before)(struct exchange *x);
    bool (*after)(struct exchange *x);
};

/* One row for each address and method; in order. */
const struct route *route_at(size_t i); /* NULL behind the last */

struct route_match {
    const struct route *route; /* NULL: none */
    bool other_method;         /* the address is there, for another method */
    struct {
        const char *name;
        size_t name_n;
        struct text value;
    } variable[ROUTE_VARIABLES_MAX];
    size_t n_variable;
};

/* How well a pattern fits an address: 0 not at all, else more for each literal segment; then the
 * fields of `out` are filled. */
unsigned route_fit(struct route_match *out, const char *pattern, struct text path);

/* The row for an address; a literal segment goes before a field. O(rows). */
void route_find(struct route_match *out, enum method method, struct text path);

/* What ?done=WORD says on the page, English, collected for translation; NULL for other words. */
const char *route_notice(struct text word);

/* The menu, in order: address, words, and the capability that shows it (model/capability.h by name;
 * NULL: everybody). */
struct menu_item {
    const char *href, *text, *capability;
};
const struct menu_item *menu_at(size_t i); /* NULL behind the last */

#endif
