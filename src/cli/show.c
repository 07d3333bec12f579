/* SPDX-License-Identifier: EUPL-1.2 */
/* Results for people: documents of operations as text. */
#include "cli/command.h"

#include "base/buf.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

#define ROWS(list, ...)                                                   \
    do {                                                                  \
        static const struct show_column columns[] = {__VA_ARGS__};        \
        terminal_rows(list, columns, sizeof columns / sizeof columns[0]); \
    } while (0)

static const char *text_in(const struct json *r, const char *key)
{
    return json_get_text(r, key, "");
}

static long long int_in(const struct json *r, const char *key)
{
    return (long long)json_get_int(r, key, 0);
}

/* A text of several lines beside its name: further lines begin where the first did. */
static void put_lines(const char *value, size_t indent)
{
    struct text rest = text_of(value), line;
    bool further = false;
    while (text_split(&rest, '\n', &line)) {
        if (further) printf("\n%*s", line.n > 0 ? (int)indent : 0, "");
        terminal_say_text(stdout, line);
        further = true;
    }
}

static bool is_block(const struct json *j)
{
    return json_kind(j) == JSON_TEXT && strchr(json_as_text(j, ""), '\n') != NULL;
}

static bool is_shown(const struct json *j)
{
    enum json_kind kind = json_kind(j);
    if (kind == JSON_TEXT) return json_as_text(j, "")[0] != '\0';
    return kind == JSON_INT || kind == JSON_NUMBER || kind == JSON_BOOL;
}

static void put_name(const char *key)
{
    for (; *key != '\0'; key++) putchar(*key == '_' ? ' ' : *key);
}

static void put_scalar(const struct json *j)
{
    enum json_kind kind = json_kind(j);
    if (kind == JSON_TEXT) terminal_puts(json_as_text(j, ""));
    else if (kind == JSON_INT) printf("%lld", (long long)json_as_int(j, 0));
    else if (kind == JSON_BOOL) printf("%s", json_as_bool(j, false) ? "yes" : "no");
    else printf("%.10g", json_as_number(j, 0));
}

/* Members of an object, one a line; nested and empty ones are left out. Texts of several lines come
 * last, each below its name, as they are: a checkpoint is copied from here into a file. */
int show_fields(const struct invocation *v, const struct json *r)
{
    (void)v;
    size_t width = 0;
    const char *key;
    const struct json *j;
    for (void *at = NULL; json_next(r, &at, &key, &j);)
        if (is_shown(j) && !is_block(j) && strlen(key) > width) width = strlen(key);
    for (void *at = NULL; json_next(r, &at, &key, &j);) {
        if (!is_shown(j) || is_block(j)) continue;
        put_name(key);
        printf("%*s", (int)(width - strlen(key) + 2), "");
        put_scalar(j);
        putchar('\n');
    }
    for (void *at = NULL; json_next(r, &at, &key, &j);) {
        if (!is_block(j)) continue;
        const char *text = json_as_text(j, "");
        putchar('\n');
        put_name(key);
        printf(":\n\n");
        terminal_puts(text);
        if (text[strlen(text) - 1] != '\n') putchar('\n');
    }
    return 0;
}

int show_init(const struct invocation *v, const struct json *r)
{
    printf("Repository made in ");
    terminal_puts(text_in(r, "repository"));
    if (text_in(r, "country")[0] != '\0') printf(" for %s", text_in(r, "country"));
    else printf(" without a country pack (`dcim pack list` names them)");
    printf(".\n%lld variables, %lld code lists, %lld rules.\n", int_in(r, "variables"),
           int_in(r, "code_lists"), int_in(r, "rules"));
    const char *key_file = global_or(v->globals.key_file, "DCIM_KEY_FILE", NULL);
    if (key_file != NULL) {
        printf("Key file: ");
        terminal_puts(key_file);
        putchar('\n');
    }
    printf(
        "\nRecovery code, shown this once. Write it down and keep it away from this machine:\n\n    %s\n\n",
        text_in(r, "recovery_code"));
    printf("Next:  export DCIM_REPOSITORY=");
    terminal_shell_word(text_in(r, "repository"));
    if (key_file != NULL) printf(" DCIM_KEY_FILE=");
    if (key_file != NULL) terminal_shell_word(key_file);
    printf("\n       dcim organisation add --code ... --type ... --name ...\n");
    return 0;
}

int show_info(const struct invocation *v, const struct json *r)
{
    const struct json *list = json_get(r, "forms");
    show_fields(v, r);
    putchar('\n');
    if (json_size(list) == 0 || !json_has(json_at(list, 0), "persons")) return show_forms(v, r);
    ROWS(list, {"form", "Form", false}, {"records", "Records", true}, {"persons", "Persons", true},
         {"version", "Version", false}, {"title", "Title", false});
    printf(
        "\nPersons are counted before linkage, by exact match keys: records that agree in name,\n"
        "year of birth, sex and citizenship are one person. A misspelt name makes another, and\n"
        "so does each record that lacks name or year of birth.\n");
    return 0;
}

int show_organisations(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "organisations"), {"code", "Code", false}, {"type", "Type", false},
         {"type_label", "", false}, {"name", "Name", false}, {"records", "Records", true},
         {"quota_records", "of", true}, {"bytes", "Bytes", true}, {"quota_bytes", "of", true});
    return 0;
}

static void show_findings(const struct json *r)
{
    const struct json *list = json_get(r, "findings");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *f = json_at(list, i);
        printf("row %lld", int_in(f, "row"));
        if (text_in(f, "column_name")[0] != '\0') {
            printf(", column %lld ", int_in(f, "column"));
            terminal_puts(text_in(f, "column_name"));
        }
        printf(" [%s]: ", text_in(f, "severity"));
        terminal_puts(text_in(f, "message"));
        printf("\n    ");
        terminal_puts(text_in(f, "remedy"));
        putchar('\n');
    }
    long long more = int_in(r, "findings_total") - (long long)json_size(list);
    if (more > 0)
        printf("... and %lld more; --findings FILE writes them all beside the rows\n", more);
}

static void show_unknown_columns(const struct json *r)
{
    const struct json *unknown = json_get(json_get(r, "mapping"), "unknown_columns");
    if (unknown == NULL || json_size(unknown) == 0) return;
    printf("Columns that are not known, and were not imported: ");
    for (size_t i = 0; i < json_size(unknown); i++) {
        if (i > 0) printf(", ");
        terminal_puts(json_as_text(json_at(unknown, i), ""));
    }
    printf(
        "\n    If one matters, give it the name of a variable (`dcim variables --form %s` lists them),\n"
        "    or ask for a mapping file (--mapping).\n",
        text_in(r, "form"));
}

/* Where the rows stand that are to be mended. */
static void show_way_back(const struct invocation *v, const struct json *r)
{
    const char *back = json_get_text(v->in, "findings", "");
    if (back[0] == '\0') {
        if (int_in(r, "refused") > 0)
            printf(
                "With --findings FILE the rows are written back with a column _errors, to be mended.\n");
        return;
    }
    printf("Rows written back to ");
    terminal_puts(back);
    printf(": its column _errors says what to mend; then import that file in the same way.\n");
}

int show_import(const struct invocation *v, const struct json *r)
{
    show_findings(r);
    show_unknown_columns(r);
    bool accepted = json_get_bool(r, "accepted", false);
    printf("%s%lld rows: %lld new, %lld changed, %lld already there, %lld refused",
           json_get_bool(r, "dry_run", false) ? "Dry run, nothing kept. " : "", int_in(r, "rows"),
           int_in(r, "new"), int_in(r, "changed"), int_in(r, "same"), int_in(r, "refused"));
    if (int_in(r, "with_warnings") > 0)
        printf("; %lld kept with warnings", int_in(r, "with_warnings"));
    printf(".\n");
    if (!accepted)
        printf(
            "The file was refused as a whole, because some rows were (--strict). Nothing was kept.\n");
    else if (json_has(r, "batch")) printf("Batch %lld.\n", int_in(r, "batch"));
    show_way_back(v, r);
    return !accepted || int_in(r, "refused") > 0 ? 1 : 0;
}

int show_batches(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "batches"), {"batch", "Batch", true}, {"at", "At", false},
         {"form", "Form", false}, {"organisation", "From", false}, {"new", "New", true},
         {"changed", "Changed", true}, {"same", "Same", true}, {"refused", "Refused", true},
         {"state", "State", false}, {"file", "File", false});
    return 0;
}

int show_table(const struct invocation *v, const struct json *r)
{
    (void)v;
    const char *written = text_in(r, "written");
    if (written[0] == '\0') {
        fputs(text_in(r, "text"), stdout);
        return 0;
    }
    printf("Written to ");
    terminal_puts(written);
    putchar('\n');
    return 0;
}

int show_records(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "records"), {"record", "Record", false}, {"form", "Form", false},
         {"organisation", "From", false}, {"version", "Version", true}, {"at", "At", false},
         {"batch", "Batch", true}, {"state", "State", false});
    if (int_in(r, "next") > 0) printf("More: --after %lld\n", int_in(r, "next"));
    return 0;
}

/* Values nest as repeats do; no deeper than the form. */
static void show_values(const struct json *values, int indent)
{
    enum { INDENT_MAX = 20, VALUE_COLUMN = 35 };
    const char *key;
    const struct json *j;
    for (void *at = NULL; indent < INDENT_MAX && json_next(values, &at, &key, &j);) {
        enum json_kind kind = json_kind(j);
        if (kind == JSON_ARRAY && json_size(j) > 0 && json_kind(json_at(j, 0)) == JSON_OBJECT) {
            for (size_t k = 0; k < json_size(j); k++) {
                printf("%*s%s %zu\n", indent, "", key, k + 1);
                show_values(json_at(j, k), indent + 2);
            }
            continue;
        }
        printf("%*s%-*s ", indent, "", VALUE_COLUMN - 1 - indent, key);
        if (kind == JSON_ARRAY)
            for (size_t k = 0; k < json_size(j); k++)
                printf("%s%s", k > 0 ? " " : "", json_as_text(json_at(j, k), ""));
        else if (kind == JSON_TEXT) put_lines(json_as_text(j, ""), VALUE_COLUMN);
        else if (kind == JSON_INT || kind == JSON_NUMBER) put_scalar(j);
        putchar('\n');
    }
}

int show_record(const struct invocation *v, const struct json *r)
{
    show_fields(v, json_get(r, "meta"));
    putchar('\n');
    show_values(json_get(r, "values"), 0);
    return 0;
}

int show_history(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "versions"), {"version", "Version", true}, {"at", "At", false},
         {"author", "Author", false}, {"batch", "Batch", true}, {"state", "State", false},
         {"reason", "Reason", false});
    return 0;
}

int show_verify(const struct invocation *v, const struct json *r)
{
    (void)v;
    bool ok = json_get_bool(r, "ok", false);
    if (ok)
        printf("The audit log holds: %lld entries, %lld checkpoints.\n", int_in(r, "entries"),
               int_in(r, "checkpoints"));
    else
        printf("The audit log is BROKEN at entry %lld: %s\n", int_in(r, "first_bad"),
               text_in(r, "problem"));
    printf("Head %s\n", text_in(r, "head"));
    if (text_in(r, "checkpoint")[0] != '\0')
        printf("\nNewest checkpoint; keep a copy elsewhere (audit verify --anchor FILE):\n\n%s\n",
               text_in(r, "checkpoint"));
    return ok ? 0 : 5;
}

int show_audit(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "entries"), {"sequence", "No", true}, {"at", "At", false},
         {"action", "Act", false}, {"actor", "Actor", false}, {"role", "Role", false},
         {"decision", "", false}, {"object_type", "On", false}, {"object_id", "", false},
         {"count", "Count", true}, {"purpose", "Purpose", false});
    return 0;
}

int show_check(const struct invocation *v, const struct json *r)
{
    (void)v;
    const struct json *list = json_get(r, "checks");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *c = json_at(list, i);
        bool warning = json_get_bool(c, "warning", false);
        const char *word = !json_get_bool(c, "ok", false) ? "DAMAGED"
                           : warning                      ? "warning"
                                                          : "good";
        printf("%-8s %-14s ", word, text_in(c, "name"));
        terminal_puts(text_in(c, "detail"));
        putchar('\n');
    }
    bool ok = json_get_bool(r, "ok", false);
    printf("%s\n",
           ok ? "The repository is sound."
              : "The repository is damaged: restore a backup, and keep this one for study.");
    return ok ? 0 : 5;
}

int show_pack_check(const struct invocation *v, const struct json *r)
{
    (void)v;
    const struct json *list = json_get(r, "problems");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *p = json_at(list, i);
        terminal_puts(text_in(p, "file"));
        if (int_in(p, "row") > 0) printf(" row %lld", int_in(p, "row"));
        if (text_in(p, "column")[0] != '\0') {
            printf(" column ");
            terminal_puts(text_in(p, "column"));
        }
        printf(" [%s]: ", json_get_bool(p, "fatal", true) ? "error" : "warning");
        terminal_puts(text_in(p, "message"));
        printf("\n    ");
        terminal_puts(text_in(p, "remedy"));
        putchar('\n');
    }
    bool ok = json_get_bool(r, "ok", false);
    if (ok)
        printf("Good: %lld forms, %lld variables, %lld code lists with %lld codes, %lld rules.\n",
               int_in(r, "forms"), int_in(r, "variables"), int_in(r, "code_lists"),
               int_in(r, "codes"), int_in(r, "rules"));
    else printf("%lld errors in %s.\n", int_in(r, "fatal"), text_in(r, "folder"));
    return ok ? 0 : 3;
}

int show_pack_export(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "workbooks"), {"form", "Form", false}, {"rows", "Rows", true},
         {"choices", "Choices", true}, {"file", "File", false});
    return 0;
}

int show_names(const struct invocation *v, const struct json *r)
{
    (void)v;
    const char *key;
    const struct json *list = NULL;
    void *at = NULL;
    if (!json_next(r, &at, &key, &list)) return 0;
    for (size_t i = 0; i < json_size(list); i++) {
        terminal_puts(json_as_text(json_at(list, i), ""));
        putchar('\n');
    }
    return 0;
}

int show_forms(const struct invocation *v, const struct json *r)
{
    (void)v;
    const struct json *list = json_get(r, "forms");
    if (json_size(list) > 0 && json_has(json_at(list, 0), "records"))
        ROWS(list, {"form", "Form", false}, {"records", "Records", true},
             {"version", "Version", false}, {"title", "Title", false});
    else
        ROWS(list, {"form", "Form", false}, {"data_set", "Data set", false},
             {"variables", "Variables", true}, {"repeats", "Repeats", true},
             {"version", "Version", false}, {"title", "Title", false});
    return 0;
}

int show_variables(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "variables"), {"variable", "Variable", false}, {"form", "Form", false},
         {"repeat", "Repeat", false}, {"type", "Type", false}, {"list", "Codes", false},
         {"required", "Required", false}, {"tabulates", "Tabulates", false},
         {"privacy", "Privacy", false}, {"label", "Label", false});
    return 0;
}

int show_codes(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "codes"), {"code", "Code", false}, {"parent", "Under", false},
         {"label", "Label", false});
    return 0;
}

int show_rules(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "rules"), {"rule", "Rule", false}, {"form", "Form", false},
         {"severity", "Severity", false}, {"message", "Message", false});
    return 0;
}

int show_keys(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "slots"), {"slot", "Slot", true}, {"kind", "Kind", false},
         {"made_at", "Made", false}, {"label", "Label", false});
    return 0;
}
