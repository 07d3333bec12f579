/* SPDX-License-Identifier: EUPL-1.2 */
/* Nodes as JSON, in the order of enum expr_op. `kind` is two or three letters: 1 or * (one node or
 * any number), v g d r i c m (variable, group, document, root, item, column, mixed), b n d s
 * (type). `compare` is = != < <= > >=. `place` is what kind needs: variable, group, list, [list,
 * column].
 *
 *   ["n","NaN"] ["n",lo,hi] ["d",lo,hi]       numbers JSON has not; intervals; dates (day numbers)
 *   ["v",name,origin?] ["vs",kind,name,within,origin?]     variables; null for the nameless one
 *   ["here",kind,group,origin?] ["gs",kind,group,within,origin?]
 *   ["child",kind,place,base] ["up",kind,group,base] ["filter",kind,place,each
 *   parent,base,condition] ["range",kind,list,[[compare,numbers],...],bound,...]
 *   ["|",kind,place,nodes,...] ["doc",kind,list] ["items",kind,list] ["item",kind,list]
 *   ["col",kind,[list,column],base?] ["at",kind,name,within,[group,...],number,...]
 *   ["or",...] ["and",...] ["not",x] ["bool",x]
 *   [compare + "n"|"t"|"b"|"s",l,r]           numbers, texts, truths, sets: "=n", "!=t"
 *   ["is",equal,code,missing,blank,x] ["has",...]          code or missing null when it is neither
 *   ["same",equal,l,r] ["in",wanted,[code,...],[missing,...],x]     "" among the codes: blank
 *   ["part",0|1|2,x,call] ["+",l,r] - * / % ["neg",x] ["date",x]
 *   ["if",type,c,x,y] ["coalesce",type,...] ["once",type,self,x]
 *   ["regex",pattern,x] ["shape",precisions,x] ["pull",[list,column],by,key] ["label",list,x]
 *   ["name()",type,...]                       calls
 *   ["?",why]                                 the server only */
#include "model/expr_json.h"

#include "base/json.h"
#include "model/expr_internal.h"

#include <stdio.h>
#include <string.h>

struct writer {
    const struct dictionary *dictionary;
    const struct form *form;
    size_t language;
    struct json *variables, *groups, *lists;
    size_t list_bytes;
};

static const char *const compares[] = {[EXPR_EQ] = "=",  [EXPR_NE] = "!=", [EXPR_LT] = "<",
                                       [EXPR_LE] = "<=", [EXPR_GT] = ">",  [EXPR_GE] = ">="};
static const char *const types[] = {
    [EXPR_BOOL] = "b", [EXPR_NUMBER] = "n", [EXPR_DATE] = "d", [EXPR_STRING] = "s"};

static struct json *text_json(const char *s)
{
    return json_text(text_of(s));
}

static struct json *node_of(const char *op)
{
    struct json *j = json_array();
    json_push(j, text_json(op));
    return j;
}

static struct json *unknown(const char *why)
{
    struct json *j = node_of("?");
    json_push(j, text_json(why));
    return j;
}

/* ---- what the nodes name ---- */

static void add_group(struct writer *w, group_id g)
{
    const struct group *of = w->form->group;
    for (; g != 0 && !json_has(w->groups, of[g].name); g = of[g].parent)
        json_set_text(w->groups, of[g].name, of[g].parent == 0 ? "" : of[of[g].parent].name);
}

static struct json *group_json(struct writer *w, group_id g)
{
    add_group(w, g);
    return text_json(g == 0 ? "" : w->form->group[g].name);
}

static char type_letter(const struct variable *v)
{
    switch (v->type) {
    case VARIABLE_TEXT: return 't';
    case VARIABLE_INTEGER: return 'i';
    case VARIABLE_DECIMAL: return 'n';
    case VARIABLE_DATE: return v->partial ? 'p' : 'd';
    case VARIABLE_CODE: return 'c';
    case VARIABLE_CODES: return 's';
    }
    return 't';
}

static void add_variable(struct writer *w, const struct variable *v)
{
    struct buf b;
    if (json_has(w->variables, v->name)) return;
    buf_init(&b, 256);
    buf_putc(&b, type_letter(v));
    if (!v->missing_allowed) buf_putc(&b, '-');
    if (v->group != 0) buf_printf(&b, "@%s", w->form->group[v->group].name);
    const struct codelist *l = v->list == LIST_NONE ? NULL : w->dictionary->list[v->list];
    char sign = '!';
    for (int m = MISSING_NONE + 1; l != NULL && m < MISSING_COUNT; m++) {
        const char *code = missing_code((enum missing)m);
        if (codelist_find(l, text_of(code)) == CODE_NONE) continue;
        buf_putc(&b, sign);
        buf_puts(&b, code);
        sign = ',';
    }
    json_set(w->variables, v->name, json_text(buf_text(&b)));
    buf_release(&b);
    add_group(w, v->group);
}

static struct json *variable_json(struct writer *w, var_id id)
{
    if (id == VAR_NONE) return json_null();
    const struct variable *v = &w->dictionary->variable[id];
    add_variable(w, v);
    return text_json(v->name);
}

static const char *column_name(const struct codelist *l, uint16_t column)
{
    switch (column) {
    case EXPR_COLUMN_NAME: return "name";
    case EXPR_COLUMN_PARENT: return "parent";
    case EXPR_COLUMN_LABEL: return "label";
    default: return l->column[column];
    }
}

/* A column of a list into `l`, unless the list is filled at run time. */
static void add_column(struct writer *w, list_id id, uint16_t column)
{
    const struct codelist *l = w->dictionary->list[id];
    const char *name = column_name(l, column);
    struct json *list = (struct json *)json_get(w->lists, l->name); /* ours */
    if (l->open || w->list_bytes > EXPR_JSON_LISTS_MAX || (list != NULL && json_has(list, name)))
        return;
    struct expr_state st = {.dictionary = w->dictionary, .language = w->language};
    struct json *values = json_array();
    for (size_t c = 0; c < l->n_code; c++) {
        struct text t = expr_column_text(&st, id, (code_id)c, column);
        json_push(values, json_text(t));
        w->list_bytes += t.n + 3;
    }
    if (list == NULL) {
        list = json_object();
        json_set(w->lists, l->name, list);
    }
    json_set(list, name, values);
}

static struct json *column_json(struct writer *w, list_id id, uint16_t column)
{
    const struct codelist *l = w->dictionary->list[id];
    struct json *j = json_array();
    add_column(w, id, EXPR_COLUMN_NAME); /* how many codes there are */
    add_column(w, id, column);
    json_push(j, text_json(l->name));
    json_push(j, text_json(column_name(l, column)));
    return j;
}

static struct json *list_json(struct writer *w, list_id id)
{
    add_column(w, id, EXPR_COLUMN_NAME);
    return text_json(w->dictionary->list[id]->name);
}

static struct json *place_json(struct writer *w, const struct expr_node *n)
{
    switch ((enum expr_place)n->place) {
    case EXPR_PLACE_VAR: return variable_json(w, n->var);
    case EXPR_PLACE_GROUP: return group_json(w, n->group);
    case EXPR_PLACE_ITEM: return list_json(w, n->list);
    case EXPR_PLACE_COLUMN: return column_json(w, n->list, n->column);
    case EXPR_PLACE_DOCUMENT:
    case EXPR_PLACE_ROOT:
    case EXPR_PLACE_NONE:
    case EXPR_PLACE_MIXED: break;
    }
    return json_null();
}

/* ["op", kind, place] of a path. */
static struct json *path_node(struct writer *w, const char *op, const struct expr_node *n)
{
    static const char places[] = {
        [EXPR_PLACE_NONE] = 'm',     [EXPR_PLACE_VAR] = 'v',  [EXPR_PLACE_GROUP] = 'g',
        [EXPR_PLACE_DOCUMENT] = 'd', [EXPR_PLACE_ROOT] = 'r', [EXPR_PLACE_ITEM] = 'i',
        [EXPR_PLACE_COLUMN] = 'c',   [EXPR_PLACE_MIXED] = 'm'};
    char kind[] = {n->many == EXPR_SET ? '*' : '1', places[n->place], types[n->type][0], '\0'};
    struct json *j = node_of(op);
    json_push(j, text_json(kind));
    json_push(j, place_json(w, n));
    return j;
}

/* ---- nodes ---- */

static struct json *node_json(struct writer *w, const struct expr_node *n);

static struct json *with_args(struct writer *w, struct json *j, const struct expr_node *n,
                              size_t n_arg)
{
    for (size_t i = 0; i < n_arg; i++) json_push(j, node_json(w, n->arg[i]));
    return j;
}

static struct json *all_args(struct writer *w, struct json *j, const struct expr_node *n)
{
    return with_args(w, j, n, n->n_arg);
}

static struct json *number_json(double v)
{
    if (isfinite(v))
        return v == trunc(v) && fabs(v) < 1e15 && !(v == 0 && signbit(v)) ? json_int((int64_t)v)
                                                                          : json_number(v);
    return text_json(isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
}

static struct json *span_json(const struct expr_node *n)
{
    struct expr_span s = n->span;
    if (n->type == EXPR_NUMBER && s.lo == s.hi && isfinite(s.lo)) return number_json(s.lo);
    struct json *j = node_of(n->type == EXPR_DATE ? "d" : "n");
    json_push(j, number_json(s.lo));
    if (!(s.lo == s.hi || isnan(s.lo))) json_push(j, number_json(s.hi));
    return j;
}

static struct json *flag(struct json *j, bool origin)
{
    if (origin) json_push(j, json_int(1));
    return j;
}

static struct json *var_json(struct writer *w, const struct expr_node *n)
{
    struct json *j = node_of("v");
    json_push(j, variable_json(w, n->var));
    return flag(j, n->origin);
}

static struct json *below_json(struct writer *w, const char *op, const struct expr_node *n)
{
    struct json *j = path_node(w, op, n);
    json_push(j, group_json(w, n->within));
    return flag(j, n->origin);
}

static struct json *filter_json(struct writer *w, const struct expr_node *n)
{
    struct json *j = path_node(w, "filter", n);
    json_push(j, json_int(n->each_parent));
    return all_args(w, j, n);
}

static struct json *range_json(struct writer *w, const struct expr_node *n)
{
    size_t n_code = w->dictionary->list[n->list]->n_code;
    struct json *j = path_node(w, "range", n), *ranges = json_array();
    for (size_t i = 0; i < n->n_arg; i++) {
        struct json *range = json_array(), *numbers = json_array();
        for (size_t c = 0; c < n_code; c++) {
            json_push(numbers, number_json(n->range[i].number[c]));
            w->list_bytes += 4;
        }
        json_push(range, text_json(compares[n->range[i].compare]));
        json_push(range, numbers);
        json_push(ranges, range);
    }
    json_push(j, ranges);
    return all_args(w, j, n);
}

static struct json *indexed_json(struct writer *w, const struct expr_node *n)
{
    struct json *j = path_node(w, "at", n), *groups = json_array();
    json_push(j, group_json(w, n->within));
    for (size_t i = 0; i < n->n_arg; i++) json_push(groups, group_json(w, n->indexed[i]));
    json_push(j, groups);
    return all_args(w, j, n);
}

static struct json *compare_json(struct writer *w, const char *of, const struct expr_node *n)
{
    char op[8];
    snprintf(op, sizeof op, "%s%s", compares[n->compare], of);
    return all_args(w, node_of(op), n);
}

static struct json *missing_json(uint8_t m)
{
    return m == MISSING_NONE ? json_null() : text_json(missing_code((enum missing)m));
}

static struct json *code_json(struct writer *w, const char *op, const struct expr_node *n)
{
    struct json *j = node_of(op);
    bool code = n->list != LIST_NONE && n->code != CODE_NONE && !n->blank &&
                n->code < w->dictionary->list[n->list]->n_code;
    json_push(j, json_int(n->compare == EXPR_EQ));
    json_push(j, code ? text_json(w->dictionary->list[n->list]->code[n->code].name) : json_null());
    json_push(j, missing_json(n->missing));
    json_push(j, json_int(n->blank));
    return all_args(w, j, n);
}

/* The codes of the rarer truth. */
static struct json *table_json(struct writer *w, const struct expr_node *n)
{
    const struct codelist *l = w->dictionary->list[n->list];
    struct json *j = node_of("in"), *codes = json_array(), *missing = json_array();
    size_t n_true = 0;
    for (size_t c = 0; c < n->code; c++) n_true += n->table[c] != 0;
    bool wanted = 2 * n_true <= n->code;
    for (size_t c = 0; c < n->code; c++)
        if ((n->table[c] != 0) == wanted) json_push(codes, text_json(l->code[c].name));
    if ((n->table[n->code] != 0) == wanted) json_push(codes, text_json(""));
    for (int m = MISSING_NONE + 1; m < MISSING_COUNT; m++)
        if ((n->table[n->code + m] != 0) == wanted)
            json_push(missing, text_json(missing_code((enum missing)m)));
    json_push(j, json_int(wanted));
    json_push(j, codes);
    json_push(j, missing);
    return all_args(w, j, n);
}

static struct json *typed(struct writer *w, const char *op, const struct expr_node *n)
{
    struct json *j = node_of(op);
    json_push(j, text_json(types[n->type]));
    return all_args(w, j, n);
}

static struct json *numbered(struct writer *w, const char *op, const struct expr_node *n)
{
    struct json *j = node_of(op);
    json_push(j, json_int(n->code));
    return all_args(w, j, n);
}

static struct json *regex_json(struct writer *w, const struct expr_node *n)
{
    struct json *j = node_of("regex");
    json_push(j, json_text(n->arg[1]->text));
    return with_args(w, j, n, 1);
}

static struct json *pull_json(struct writer *w, const struct expr_node *n)
{
    struct json *j = node_of("pull");
    const struct codelist *l = w->dictionary->list[n->list];
    json_push(j, column_json(w, n->list, n->column));
    add_column(w, n->list, n->within);
    json_push(j, text_json(column_name(l, n->within)));
    return all_args(w, j, n);
}

static struct json *label_json(struct writer *w, const struct expr_node *n)
{
    const struct codelist *missing = dictionary_list(w->dictionary, TEXT("CL_MISSING"));
    struct json *j = node_of("label");
    json_free(column_json(w, n->list, EXPR_COLUMN_LABEL));
    if (missing != NULL) json_free(column_json(w, missing->id, EXPR_COLUMN_LABEL));
    json_push(j, list_json(w, n->list));
    return all_args(w, j, n);
}

static struct json *call_json(struct writer *w, const struct expr_node *n)
{
    char op[48];
    snprintf(op, sizeof op, "%s()", n->function->name);
    return typed(w, op, n);
}

static struct json *path_json(struct writer *w, const struct expr_node *n)
{
    switch ((enum expr_op)n->op) {
    case EXPR_OP_VAR: return var_json(w, n);
    case EXPR_OP_VARS: return below_json(w, "vs", n);
    case EXPR_OP_HERE: return flag(path_node(w, "here", n), n->origin);
    case EXPR_OP_GROUPS: return below_json(w, "gs", n);
    case EXPR_OP_CHILD: return all_args(w, path_node(w, "child", n), n);
    case EXPR_OP_PARENT: return all_args(w, path_node(w, "up", n), n);
    case EXPR_OP_FILTER: return filter_json(w, n);
    case EXPR_OP_ITEM_RANGE: return range_json(w, n);
    case EXPR_OP_UNION: break; /* below */
    case EXPR_OP_DOCUMENT: return path_node(w, "doc", n);
    case EXPR_OP_ITEMS: return path_node(w, "items", n);
    case EXPR_OP_ITEM: return path_node(w, "item", n);
    case EXPR_OP_COLUMN: return all_args(w, path_node(w, "col", n), n);
    case EXPR_OP_INDEXED: return indexed_json(w, n);
    case EXPR_OP_ALL: return unknown("all children");
    default: break;
    }
    if (n->place == EXPR_PLACE_MIXED) return unknown("union of several kinds");
    return all_args(w, path_node(w, "|", n), n);
}

static struct json *truth_json(struct writer *w, const struct expr_node *n)
{
    switch ((enum expr_op)n->op) {
    case EXPR_OP_OR: return all_args(w, node_of("or"), n);
    case EXPR_OP_AND: return all_args(w, node_of("and"), n);
    case EXPR_OP_NOT: return all_args(w, node_of("not"), n);
    case EXPR_OP_TO_BOOL: return all_args(w, node_of("bool"), n);
    case EXPR_OP_COMPARE_SPAN: return compare_json(w, "n", n);
    case EXPR_OP_COMPARE_TEXT: return compare_json(w, "t", n);
    case EXPR_OP_COMPARE_BOOL: return compare_json(w, "b", n);
    case EXPR_OP_COMPARE_SET: return compare_json(w, "s", n);
    case EXPR_OP_IS_CODE:
    case EXPR_OP_ANY_CODE: return code_json(w, "is", n);
    case EXPR_OP_HAS_CODE: return code_json(w, "has", n);
    case EXPR_OP_CODE_TABLE: return table_json(w, n);
    case EXPR_OP_REGEX: return regex_json(w, n);
    case EXPR_OP_DATE_SHAPE: return numbered(w, "shape", n);
    default: break;
    }
    struct json *j = node_of("same");
    json_push(j, json_int(n->compare == EXPR_EQ));
    return all_args(w, j, n);
}

/* Recursion as deep as the tree, EXPR_DEPTH_MAX. */
static struct json *node_json(struct writer *w, const struct expr_node *n)
{
    switch ((enum expr_op)n->op) {
    case EXPR_OP_CONST_BOOL: return json_bool(n->code != 0);
    case EXPR_OP_CONST_SPAN: return span_json(n);
    case EXPR_OP_CONST_TEXT: return json_text(n->text);
    case EXPR_OP_DATE_PART: return numbered(w, "part", n);
    case EXPR_OP_ADD: return all_args(w, node_of("+"), n);
    case EXPR_OP_SUBTRACT: return all_args(w, node_of("-"), n);
    case EXPR_OP_MULTIPLY: return all_args(w, node_of("*"), n);
    case EXPR_OP_DIVIDE: return all_args(w, node_of("/"), n);
    case EXPR_OP_MODULO: return all_args(w, node_of("%"), n);
    case EXPR_OP_NEGATE: return all_args(w, node_of("neg"), n);
    case EXPR_OP_AS_DATE: return all_args(w, node_of("date"), n);
    case EXPR_OP_IF: return typed(w, "if", n);
    case EXPR_OP_COALESCE: return typed(w, "coalesce", n);
    case EXPR_OP_ONCE: return typed(w, "once", n);
    case EXPR_OP_PARAMETER: return unknown("parameter by a computed name");
    case EXPR_OP_PULL:
    case EXPR_OP_PULL_BY: return pull_json(w, n);
    case EXPR_OP_CHOICE_NAME: return label_json(w, n);
    case EXPR_OP_CALL: return call_json(w, n);
    default: break;
    }
    return n->many == EXPR_SCALAR ? truth_json(w, n) : path_json(w, n);
}

/* ---- the whole ---- */

static void set_unless_empty(struct json *object, const char *key, struct json *child)
{
    if (json_size(child) == 0) json_free(child);
    else json_set(object, key, child);
}

bool expr_to_json(struct buf *out, const struct expr *x, const struct dictionary *d,
                  size_t language)
{
    struct writer w = {.dictionary = d,
                       .form = &d->form[x->form],
                       .language = language,
                       .variables = json_object(),
                       .groups = json_object(),
                       .lists = json_object()};
    struct json *whole = json_object();
    json_set(whole, "x", node_json(&w, x->root));
    if (x->self != VAR_NONE) {
        add_variable(&w, &d->variable[x->self]);
        json_set_text(whole, "self", d->variable[x->self].name);
    }
    if (x->group != 0) json_set(whole, "at", group_json(&w, x->group));
    set_unless_empty(whole, "v", w.variables);
    set_unless_empty(whole, "g", w.groups);
    if (w.list_bytes <= EXPR_JSON_LISTS_MAX) set_unless_empty(whole, "l", w.lists);
    else json_free(w.lists);

    struct buf written;
    buf_init(&written, EXPR_JSON_MAX);
    json_write(&written, whole, false);
    json_free(whole);
    bool fits = !written.too_long && written.n <= out->max - out->n && !out->too_long;
    if (fits) buf_put_text(out, buf_text(&written));
    buf_release(&written);
    return fits;
}
