/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/routes.c: the whole table, and the templates it names
 *  1 every row: its operations are there and reachable over the desk (S51), what it shows or where
 *  it
 *    leads is there, fields of its address are parameters
 *  2 every name that a page uses of a result is declared by its operation (or put there by the
 *  door)
 *  3 every template is used
 *  4 the menu leads to pages, and is shown by capabilities that exist
 *  5 what changes something is no GET, and no POST of a session is taken without its token (S49)
 *  6 every page for nobody and for an account of every role: shown, refused, or led to signing in;
 *  never
 *    a failure of the server (S51, S64)
 *  7 what stands on every page is in the page's language, also of an account that has chosen none
 */
#include "harness.h"

#include "visitor.h"

#include "base/arena.h"
#include "base/template.h"
#include "model/capability.h"
#include "service/result_spec.h"
#include "web/page_source.h"
#include "web/route.h"

static struct template_set *pages;
static struct service *desk;
static struct person people[] = {
    {.account = "contributor", .role = "contributor", .organisation = "GNR"},
    {.account = "manager", .role = "data-manager"},
    {.account = "analyst", .role = "analyst"},
    {.account = "publisher", .role = "publisher"},
    {.account = "auditor", .role = "auditor"},
    {.account = "admin", .role = "administrator"},
};
enum { N_PEOPLE = sizeof people / sizeof *people };

static int begin(void **state)
{
    struct err e = {0};
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    for (size_t i = 0; i < N_PEOPLE; i++) person_make(&people[i], desk);
    visitor_begin(&desk);
    if (!template_set_new(&pages, page_sources, page_source_count, &e)) fail_msg("%s", e.msg);
    return 0;
}

static int end(void **state)
{
    (void)state;
    template_set_free(pages);
    visitor_end();
    service_close(desk);
    return 0;
}

static bool is_template(const char *name)
{
    for (size_t i = 0; i < page_source_count; i++)
        if (strcmp(page_sources[i].name, name) == 0) return true;
    return false;
}

/* ---- 1 ---- */

static const struct operation *reached(const struct route *r, const char *name)
{
    const struct operation *op = operation_find(name);
    if (op == NULL) fail_msg("%s: there is no operation %s", r->path, name);
    if (op->reach != REACH_DESK && op->reach != REACH_OPEN)
        fail_msg("%s: %s cannot be asked for over the desk", r->path, name);
    if (op->result == NULL) fail_msg("%s: %s declares no result", r->path, name);
    return op;
}

static void rows_1_1_operations_and_pages(void **state)
{
    const struct route *r;
    (void)state;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        if (r->operation != NULL) (void)reached(r, r->operation);
        for (size_t k = 0; k < ROUTE_EXTRA_MAX && r->extra[k].operation != NULL; k++)
            (void)reached(r, r->extra[k].operation);
        for (size_t k = 0; k < ROUTE_LATER_MAX && r->later[k].operation != NULL; k++)
            if (r->method != METHOD_GET ||
                reached(r, r->later[k].operation)->transaction != TX_READ)
                fail_msg("%s: %s cannot be asked ahead", r->path, r->later[k].operation);
        if (r->page != NULL && !is_template(r->page)) fail_msg("%s: no page %s", r->path, r->page);
        bool answers = r->page != NULL || r->done != NULL || r->after != NULL ||
                       r->before != NULL || (r->flags & ROUTE_FILE) != 0;
        if (!answers) fail_msg("%s: nothing comes of it", r->path);
        for (size_t k = 0; k < i; k++)
            if (route_at(k)->method == r->method && strcmp(route_at(k)->path, r->path) == 0)
                fail_msg("%s twice", r->path);
    }
}

/* Where a POST goes back to when something is wrong: the page that was filled in. */
static void rows_1_2_forms_have_their_page(void **state)
{
    const struct route *r;
    (void)state;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        struct route_match m;
        if (r->again == NULL) continue;
        route_find(&m, METHOD_GET, text_of(r->again));
        if (m.route == NULL || m.route->page == NULL) fail_msg("%s: no page %s", r->path, r->again);
    }
}

/* ---- 2 ---- */

/* The declaration of member `name` of `spec`; false where there is none. */
static bool member(struct result_member *out, struct text spec, struct text name)
{
    bool ok = true;
    while (result_next(out, &spec, &ok))
        if (text_equal(out->name, name)) return true;
    return false;
}

/* Instants are there in words too (page.c): at_text beside at. */
static bool declares(struct text spec, struct text name)
{
    struct result_member m;
    if (member(&m, spec, name)) return true;
    struct text stem = {name.p, name.n - 5};
    return name.n > 5 && text_ends(name, TEXT("_text")) && member(&m, spec, stem);
}

/* What `path` ("backups.size") leads to from `spec`: true where it is declared, or cannot be known
 * because it lies in something that may be anything. */
static bool leads(struct text *inner, struct text spec, struct text path)
{
    struct text step;
    struct result_member m;
    while (text_split(&path, '.', &step)) {
        if (path.n == 0 && declares(spec, step) && !member(&m, spec, step)) return true;
        if (!member(&m, spec, step)) return false;
        if (m.kind == RESULT_ANY) {
            *inner = (struct text){NULL, 0};
            return true;
        }
        spec = m.inner;
    }
    *inner = spec;
    return true;
}

/* A page of several rows shows what each of them has. A hook may put more into a result than its
 * operation says. */
static bool another_row_has(const struct route *r, struct text path)
{
    const struct route *o;
    struct text inner;
    for (size_t i = 0; (o = route_at(i)) != NULL; i++) {
        if (o == r || o->page == NULL || o->operation == NULL || strcmp(o->page, r->page) != 0)
            continue;
        if (o->after != NULL || leads(&inner, text_of(operation_find(o->operation)->result), path))
            return true;
    }
    return false;
}

struct naming {
    const struct route *route;
    const char *as; /* the member of the document that holds the result */
    struct text spec;
    size_t n;
};

static void check_name(void *ctx, const char *path, const char *within)
{
    struct naming *g = ctx;
    struct text p = text_of(path), w = text_of(within), first, rest = p, inner;
    (void)text_split(&rest, '.', &first);
    if (text_is(first, g->as)) { /* result.backups, wherever it stands */
        g->n++;
        if (rest.n > 0 && !leads(&inner, g->spec, rest) && !another_row_has(g->route, rest))
            fail_msg("%s (%s): %s is not declared", g->route->path, g->route->page, path);
        return;
    }
    struct text outer, within_rest = w;
    (void)text_split(&within_rest, '.', &outer);
    if (!text_is(outer, g->as) || text_is(p, ".")) return;
    inner = g->spec;
    if (within_rest.n > 0 && !leads(&inner, g->spec, within_rest)) return; /* failed above */
    if (inner.n == 0) return; /* a section over a text, or over anything */
    if (declares(inner, first) || declares(g->spec, first)) {
        g->n++;
        return;
    }
    static const char *const around[] = {"page", "form", "error", "errors", "account", "path"};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        if (text_is(first, around[i])) return;
    if (text_starts(first, TEXT("path_"))) return;
    fail_msg("%s (%s): %s within %s is not declared", g->route->path, g->route->page, path, within);
}

static void names_2_1_what_pages_use_is_declared(void **state)
{
    const struct route *r;
    size_t n = 0;
    (void)state;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        if (r->page == NULL || r->operation == NULL || r->after != NULL) continue;
        struct naming g = {r, "result", text_of(operation_find(r->operation)->result), 0};
        template_names(pages, r->page, check_name, &g);
        for (size_t k = 0; k < ROUTE_EXTRA_MAX && r->extra[k].operation != NULL; k++) {
            struct naming x = {r, r->extra[k].as,
                               text_of(operation_find(r->extra[k].operation)->result), 0};
            template_names(pages, r->page, check_name, &x);
            if (x.n == 0) fail_msg("%s: nothing of %s is shown", r->path, r->extra[k].as);
            n += x.n;
        }
        n += g.n;
    }
    assert_true(n > 100); /* the check itself sees something */
}

/* A wrong name is found: the check is not blind. */
static void names_2_2_the_check_sees(void **state)
{
    struct text inner, spec = TEXT("open# backups[name made_at meta{size#}] any*");
    (void)state;
    assert_true(leads(&inner, spec, TEXT("backups.name")));
    assert_true(leads(&inner, spec, TEXT("backups.made_at_text")));
    assert_true(leads(&inner, spec, TEXT("backups.meta.size")));
    assert_true(leads(&inner, spec, TEXT("any.thing.at.all")));
    assert_false(leads(&inner, spec, TEXT("backups.size")));
    assert_false(leads(&inner, spec, TEXT("backup")));
    assert_false(leads(&inner, spec, TEXT("open_tex")));
}

/* ---- 3 ---- */

/* Shown by C: what it is that asks for them cannot be said in a row. */
static const char *const by_hand[] = {"error",        "leave",       "step-up",      "entry-again",
                                      "import-check", "import-done", "import-failed"};

static bool is_included(const char *name)
{
    char tag[120];
    snprintf(tag, sizeof tag, "{{> %s}}", name);
    for (size_t i = 0; i < page_source_count; i++)
        if (strstr(page_sources[i].text, tag) != NULL) return true;
    return false;
}

/* Parts of the contract in pages/README.md, which no page needs yet, are kept by the gallery. */
static const char *const parts[] = {"button-group", "comparison", "details",      "fields",
                                    "figure",       "inset-text", "pagination",   "panel",
                                    "progress",     "save-bar",   "steps",        "sub-navigation",
                                    "summary-list", "tab-list",   "table",        "tag",
                                    "task-list",    "timeline",   "warning-text", "work-cards",
                                    "record-head",  "entry-words"};

static void templates_3_1_every_one_is_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < page_source_count; i++) {
        const char *name = page_sources[i].name;
        const struct route *r;
        bool used = is_included(name);
        for (size_t k = 0; !used && (r = route_at(k)) != NULL; k++)
            used = r->page != NULL && strcmp(r->page, name) == 0;
        for (size_t k = 0; k < sizeof by_hand / sizeof *by_hand; k++)
            used = used || strcmp(by_hand[k], name) == 0;
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            used = used || strcmp(parts[k], name) == 0;
        if (!used) fail_msg("template %s is used by nothing", name);
    }
}

/* ---- 4 ---- */

static void menu_4_1_leads_to_pages(void **state)
{
    const struct menu_item *m;
    (void)state;
    for (size_t i = 0; (m = menu_at(i)) != NULL; i++) {
        struct route_match found;
        route_find(&found, METHOD_GET, text_of(m->href));
        if (found.route == NULL || found.route->page == NULL) fail_msg("%s is no page", m->href);
        if (found.route->nav == NULL || strcmp(found.route->nav, m->href) != 0)
            fail_msg("%s does not light up its own item", m->href);
        bool known = m->capability == NULL;
        for (int c = 0; c < CAP_COUNT; c++)
            known = known || strcmp(capability_name((enum capability)c), m->capability) == 0;
        if (!known) fail_msg("%s: no capability %s", m->href, m->capability);
    }
}

/* ---- 5 ---- */

/* S49: an operation that changes the register is asked for by POST alone. */
static void changes_5_1_are_no_get(void **state)
{
    const struct route *r;
    (void)state;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        if (r->method != METHOD_GET || r->operation == NULL) continue;
        if (operation_find(r->operation)->transaction == TX_WRITE)
            fail_msg("GET %s changes something: %s", r->path, r->operation);
    }
}

/* A path with something in the place of each field: nothing of that name is there. */
static const char *filled(const char *path)
{
    static char out[300];
    size_t n = 0;
    for (const char *p = path; *p != '\0' && n + 2 < sizeof out; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        out[n++] = '1';
        p = strchr(p, '}');
    }
    out[n] = '\0';
    return out;
}

/* S49: the test takes its addresses from the table, so that a new row is tried as well. */
static void changes_5_2_forged(void **state)
{
    static const char *const forms[] = {"", "csrf=", "csrf=0", "x=1"};
    const struct route *r;
    (void)state;
    int64_t entries = desk_entries(desk, "");
    size_t n = 0;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        if (r->method != METHOD_POST) continue;
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++, n++) {
            int status = visitor_forge(people[5].session, filled(r->path), forms[k]);
            if (status != 403) fail_msg("POST %s with '%s': %d", r->path, forms[k], status);
        }
    }
    assert_true(n > 100);
    assert_int_equal(desk_entries(desk, ""), entries); /* nothing was done */
}

/* ---- 6 ---- */

static void walk_6_1_nobody(void **state)
{
    const struct route *r;
    (void)state;
    for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
        if (r->method != METHOD_GET) continue;
        int status = visitor_get(NULL, filled(r->path));
        if ((r->flags & ROUTE_OPEN) != 0) continue; /* tests/browser/story_doorstep.mjs */
        if (status != 303 || strcmp(visitor_location(), "/sign-in") != 0)
            fail_msg("%s: nobody was answered %d", r->path, status);
    }
}

static void walk_6_2_every_role(void **state)
{
    const struct route *r;
    (void)state;
    for (size_t k = 0; k < N_PEOPLE; k++)
        for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
            if (r->method != METHOD_GET) continue;
            person_sign_in(&people[k], desk);
            int status = visitor_get(people[k].session, filled(r->path));
            bool may = r->operation == NULL || (r->flags & ROUTE_OPEN) != 0 ||
                       role_may(role_find(text_of(people[k].role)),
                                operation_find(r->operation)->capability);
            if (!may && status != 403)
                fail_msg("%s: %s was answered %d", r->path, people[k].role, status);
            if (status >= 500 || status == 0)
                fail_msg("%s: %s: the server failed (%d)", r->path, people[k].role, status);
            bool whole = r->operation != NULL && strchr(r->path, '{') == NULL;
            if (may && whole && status != 200 && status != 303)
                fail_msg("%s: %s was answered %d", r->path, people[k].role, status);
        }
}

/* ---- 7 ---- */

/* The register speaks Portuguese, the browser English, and the account nothing of its own. */
static void language_7_1_of_the_browser(void **state)
{
    (void)state;
    person_sign_in(&people[2], desk);
    assert_int_equal(visitor_get(people[2].session, "/account"), 200);
    assert_non_null(strstr(visitor_page(), "passphrases are stretched too little"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_1_1_operations_and_pages),
        cmocka_unit_test(rows_1_2_forms_have_their_page),
        cmocka_unit_test(names_2_1_what_pages_use_is_declared),
        cmocka_unit_test(names_2_2_the_check_sees),
        cmocka_unit_test(templates_3_1_every_one_is_used),
        cmocka_unit_test(menu_4_1_leads_to_pages),
        cmocka_unit_test(changes_5_1_are_no_get),
        cmocka_unit_test(changes_5_2_forged),
        cmocka_unit_test(walk_6_1_nobody),
        cmocka_unit_test(walk_6_2_every_role),
        cmocka_unit_test(language_7_1_of_the_browser),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
