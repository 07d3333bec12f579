/* SPDX-License-Identifier: EUPL-1.2 */
/* Arguments into an invocation. Options may stand anywhere; `--` ends them; --name=value and --name
 * value are the same. */
#include "cli/command.h"

#include "base/catalogue.h"
#include "model/sheet.h"

#include <string.h>

static const struct option *find_option(const struct option *list, const char *name, size_t n)
{
    for (; list->name != NULL; list++)
        if (!list->operand && strlen(list->name) == n && strncmp(list->name, name, n) == 0)
            return list;
    return NULL;
}

static void set_global(struct globals *g, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **at;
    } text[] = {{"repository", &g->repository},
                {"key-file", &g->key_file},
                {"role", &g->role},
                {"purpose", &g->purpose},
                {"language", &g->language},
                {"data", &g->data},
                {"recovery-file", &g->recovery_file}};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        if (strcmp(text[i].name, name) == 0) *text[i].at = value;
    if (strcmp(name, "json") == 0) g->json = true;
    if (strcmp(name, "help") == 0) g->help = true;
    if (strcmp(name, "recovery") == 0) g->recovery = true;
}

static struct json *list_value(const char *value)
{
    struct json *list = json_array();
    struct text rest = text_of(value), one;
    while (text_split(&rest, ',', &one)) {
        one = text_trim(one);
        if (one.n > 0) json_push(list, json_text(one));
    }
    return list;
}

static bool set_value(struct invocation *v, const struct option *o, const char *value,
                      struct err *e)
{
    struct json *into = o->parameter != NULL ? v->in : v->own, *j = NULL;
    const char *key = o->parameter != NULL ? o->parameter : o->name;
    int64_t number;
    if (value != NULL && !text_is_utf8(text_of(value), NULL))
        return err_set(e, ERR_USAGE, "cli.encoding", "%s is not valid UTF-8", o->name);
    switch (o->kind) {
    case OPTION_TEXT: j = json_text(text_of(value)); break;
    case OPTION_LIST: j = list_value(value); break;
    case OPTION_FLAG: j = json_bool(true); break;
    case OPTION_INT:
        if (!text_to_int(text_of(value), &number))
            return err_set(e, ERR_USAGE, "cli.number", "%s%s must be a whole number",
                           o->operand ? "" : "--", o->name);
        j = json_int(number);
        break;
    }
    json_set(into, key, j);
    return true;
}

static bool no_option_called(const struct invocation *v, const char *dashes, struct text name,
                             struct err *e)
{
    struct guess g;
    guess_init(&g, name);
    for (const struct option *o = v->command->option; o->name != NULL; o++)
        if (!o->operand) guess_offer(&g, o->name);
    for (const struct option *o = global_options; o->name != NULL; o++) guess_offer(&g, o->name);
    err_set(e, ERR_USAGE, "cli.option", "dcim %s has no option %s%.*s", v->command->words, dashes,
            (int)name.n, name.p);
    if (g.best != NULL) return err_remedy(e, "did you mean --%s?", g.best);
    return err_remedy(e, "`dcim %s --help` lists them", v->command->words);
}

static bool parse_option(struct invocation *v, int argc, char *const *argv, int *i, struct err *e)
{
    const char *arg = argv[*i] + 2, *eq = strchr(arg, '=');
    size_t n = eq == NULL ? strlen(arg) : (size_t)(eq - arg);
    const struct option *o = find_option(v->command->option, arg, n),
                        *g = find_option(global_options, arg, n);
    const struct option *any = o != NULL ? o : g;
    const char *value = eq == NULL ? NULL : eq + 1;
    if (any == NULL) return no_option_called(v, "--", (struct text){arg, n}, e);
    if (any->kind == OPTION_FLAG && value != NULL)
        return err_set(e, ERR_USAGE, "cli.flag", "--%s takes no value", any->name);
    if (any->kind != OPTION_FLAG && value == NULL) {
        if (*i + 1 >= argc)
            return err_set(e, ERR_USAGE, "cli.value", "--%s needs a value: %s", any->name,
                           any->value);
        value = argv[++*i];
    }
    if (o != NULL) return set_value(v, o, value, e);
    set_global(&v->globals, any->name, value);
    return true;
}

static const struct option *nth_operand(const struct command *c, size_t n)
{
    for (const struct option *o = c->option; o->name != NULL; o++)
        if (o->operand && n-- == 0) return o;
    return NULL;
}

static bool check_required(const struct invocation *v, struct err *e)
{
    for (const struct option *o = v->command->option; o->name != NULL; o++) {
        const struct json *in = o->parameter != NULL ? v->in : v->own;
        if (!o->required || json_has(in, o->parameter != NULL ? o->parameter : o->name)) continue;
        err_set(e, ERR_USAGE, "cli.missing", "dcim %s needs %s%s%s%s: %s", v->command->words,
                o->operand ? "" : "--", o->name, o->operand ? "" : " ", o->operand ? "" : o->value,
                tr(o->help));
        return err_remedy(e, "`dcim %s --help` explains it", v->command->words);
    }
    return true;
}

bool arguments_ask_json(int argc, char *const *argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0) return true;
    return false;
}

static void add_word(struct json *own, const char *key, const char *word)
{
    struct buf words;
    buf_init(&words, 1000);
    buf_printf(&words, "%s %s", json_get_text(own, key, ""), word);
    json_set(own, key, json_text(buf_text(&words)));
    buf_release(&words);
}

bool command_parse(struct invocation *v, int argc, char *const *argv, struct err *e)
{
    size_t n_operand = 0;
    bool options = true;
    v->in = json_object();
    v->own = json_object();
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strcmp(argv[i], "-h") == 0) {
            v->globals.help = true;
        } else if (options && argv[i][0] == '-' && argv[i][1] == '-') {
            if (!parse_option(v, argc, argv, &i, e)) return false;
        } else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            return no_option_called(v, "", text_of(argv[i]), e);
        } else {
            const struct option *o = nth_operand(v->command, n_operand++);
            if (o == NULL && v->command->run == run_help) { /* a command of two words */
                add_word(v->own, "COMMAND", argv[i]);
                continue;
            }
            if (o == NULL) {
                err_set(e, ERR_USAGE, "cli.operand", "dcim %s does not know what to do with %s",
                        v->command->words, argv[i]);
                return err_remedy(e, "`dcim %s --help` explains it", v->command->words);
            }
            if (!set_value(v, o, argv[i], e)) return false;
        }
    }
    return v->globals.help || check_required(v, e);
}

void invocation_release(struct invocation *v)
{
    json_free(v->in);
    json_free(v->own);
}
