/* SPDX-License-Identifier: EUPL-1.2 */
/* Results for people: documents of operations as text. */
#include "cli/command.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/unicode.h"
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

/* What show_fields() shows, as it shows it. */
static const char *const field_names[] = {
    N_("repository"),
    N_("country"),
    N_("pack"),
    N_("made at"),
    N_("code lists"),
    N_("rules"),
    N_("variables"),
    N_("code"),
    N_("name"),
    N_("type"),
    N_("type label"),
    N_("records"),
    N_("bytes"),
    N_("quota records"),
    N_("quota bytes"),
    N_("batch"),
    N_("reverted"),
    N_("withdrawn"),
    N_("record"),
    N_("state"),
    N_("versions"),
    N_("version"),
    N_("at"),
    N_("author"),
    N_("form"),
    N_("organisation"),
    N_("reason"),
    N_("has identifiers"),
    N_("file"),
    N_("folder"),
    N_("audit entries"),
    N_("checkpoint"),
    N_("slot"),
    N_("kind"),
    N_("label"),
    N_("recovery code"),
    N_("forms"),
    N_("codes"),
    N_("account"),
    N_("until"),
    N_("role"),
    N_("role label"),
    N_("organisation name"),
    N_("language"),
    N_("added by"),
    N_("added at"),
    N_("signed in at"),
    N_("has factor"),
    N_("needs factor"),
};
/* The words for how grave a finding is, and what is shown as such. */
static const char *const severities[] = {N_("error"), N_("warning"), N_("note")};

static const char *translated(const char *word, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, known[i]) == 0) return tr(known[i]);
    return word;
}

/* A member's name as people read it: "quota_records" is "quota records", in their language. From
 * `a`. */
static const char *shown_name(const char *key, struct arena *a)
{
    char *name = arena_copy(a, key, strlen(key));
    for (char *p = name; *p != '\0'; p++)
        if (*p == '_') *p = ' ';
    return translated(name, field_names, sizeof field_names / sizeof field_names[0]);
}

static void put_scalar(const struct json *j)
{
    enum json_kind kind = json_kind(j);
    if (kind == JSON_TEXT) terminal_puts(json_as_text(j, ""));
    else if (kind == JSON_INT) printf("%lld", (long long)json_as_int(j, 0));
    else if (kind == JSON_BOOL) printf("%s", json_as_bool(j, false) ? tr("yes") : tr("no"));
    else printf("%.10g", json_as_number(j, 0));
}

/* Members of an object, one a line; nested and empty ones are left out. Texts of several lines come
 * last, each below its name, as they are: a checkpoint is copied from here into a file. */
int show_fields(const struct invocation *v, const struct json *r)
{
    (void)v;
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t width = 0;
    const char *key;
    const struct json *j;
    for (void *at = NULL; json_next(r, &at, &key, &j);) {
        size_t n = unicode_width(text_of(shown_name(key, a)));
        if (is_shown(j) && !is_block(j) && n > width) width = n;
    }
    for (void *at = NULL; json_next(r, &at, &key, &j);) {
        if (!is_shown(j) || is_block(j)) continue;
        const char *name = shown_name(key, a);
        printf("%s%*s", name, (int)(width - unicode_width(text_of(name)) + 2), "");
        put_scalar(j);
        putchar('\n');
    }
    for (void *at = NULL; json_next(r, &at, &key, &j);) {
        if (!is_block(j)) continue;
        const char *text = json_as_text(j, "");
        putchar('\n');
        printf("%s:\n\n", shown_name(key, a));
        terminal_puts(text);
        if (text[strlen(text) - 1] != '\n') putchar('\n');
    }
    arena_free(a);
    return 0;
}

int show_init(const struct invocation *v, const struct json *r)
{
    terminal_put_in(tr("Repository made in %s."), text_in(r, "repository"));
    putchar('\n');
    if (text_in(r, "country")[0] != '\0') printf(tr("Country: %s"), text_in(r, "country"));
    else printf("%s", tr("Without a country pack (`dcim pack list` names them)."));
    putchar('\n');
    printf(tr("%lld variables, %lld code lists, %lld rules."), int_in(r, "variables"),
           int_in(r, "code_lists"), int_in(r, "rules"));
    putchar('\n');
    const char *key_file = global_or(v->globals.key_file, "DCIM_KEY_FILE", NULL);
    if (key_file != NULL) {
        terminal_put_in(tr("Key file: %s"), key_file);
        putchar('\n');
    }
    printf("\n%s\n\n    %s\n\n",
           tr("Recovery code, shown this once. Write it down and keep it away from this machine:"),
           text_in(r, "recovery_code"));
    printf("%s  export DCIM_REPOSITORY=", tr("Next:"));
    terminal_shell_word(text_in(r, "repository"));
    if (key_file != NULL) printf(" DCIM_KEY_FILE=");
    if (key_file != NULL) terminal_shell_word(key_file);
    printf("\n       dcim organisation add --code ... --type ... --name ...\n");
    return 0;
}

int show_info(const struct invocation *v, const struct json *r)
{
    const struct json *list = json_get(r, "forms");
    bool linked = false;
    for (size_t i = 0; i < json_size(list); i++)
        linked = linked || strcmp(text_in(json_at(list, i), "persons_by"), "linkage") == 0;
    show_fields(v, r);
    putchar('\n');
    if (json_size(list) == 0 || !json_has(json_at(list, 0), "persons")) return show_forms(v, r);
    ROWS(list, {"form", N_("Form"), false}, {"records", N_("Records"), true},
         {"persons", N_("Persons"), true}, {"version", N_("Version"), false},
         {"title", N_("Title"), false});
    putchar('\n');
    help_paragraph(
        linked ? tr("Persons are counted by linkage (`dcim link quality`); records that came after its "
                    "last run, by exact match keys.")
               : tr("Persons are counted before linkage, by exact match keys: records that agree in "
                    "name, year of birth, sex and citizenship are one person. A misspelt name makes "
                    "another, and so does each record that lacks name or year of birth. `dcim link "
                    "run` links them."));
    return 0;
}

int show_accounts(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "accounts"), {"account", N_("Account"), false}, {"name", N_("Name"), false},
         {"role", N_("Role"), false}, {"organisation", N_("Organisation"), false},
         {"state", N_("State"), false}, {"signed_in_at", N_("Signed in"), false});
    return 0;
}

int show_organisations(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "organisations"), {"code", N_("Code"), false}, {"type", N_("Type"), false},
         {"type_label", "", false}, {"name", N_("Name"), false}, {"records", N_("Records"), true},
         {"quota_records", N_("of"), true}, {"bytes", N_("Bytes"), true},
         {"quota_bytes", N_("of"), true});
    return 0;
}

static void show_findings(const struct json *r)
{
    const struct json *list = json_get(r, "findings");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *f = json_at(list, i);
        printf(tr("row %lld"), int_in(f, "row"));
        if (text_in(f, "column_name")[0] != '\0') {
            printf(", ");
            printf(tr("column %lld"), int_in(f, "column"));
            putchar(' ');
            terminal_puts(text_in(f, "column_name"));
        }
        printf(" [%s]: ", translated(text_in(f, "severity"), severities,
                                     sizeof severities / sizeof severities[0]));
        terminal_puts(text_in(f, "message"));
        printf("\n    ");
        terminal_puts(text_in(f, "remedy"));
        putchar('\n');
    }
    long long more = int_in(r, "findings_total") - (long long)json_size(list);
    if (more > 0)
        printf(tr("... and %lld more; --findings FILE writes them all beside the rows"), more);
    if (more > 0) putchar('\n');
}

static void show_unknown_columns(const struct json *r)
{
    const struct json *unknown = json_get(json_get(r, "mapping"), "unknown_columns");
    if (unknown == NULL || json_size(unknown) == 0) return;
    printf("%s ", tr("Columns that are not known, and were not imported:"));
    for (size_t i = 0; i < json_size(unknown); i++) {
        if (i > 0) printf(", ");
        terminal_puts(json_as_text(json_at(unknown, i), ""));
    }
    printf("\n    ");
    printf(
        tr("If one matters, give it the name of a variable (`dcim variables --form %s` lists them), "
           "or ask for a mapping file (--mapping)."),
        text_in(r, "form"));
    putchar('\n');
}

/* Where the rows stand that are to be mended. */
static void show_way_back(const struct invocation *v, const struct json *r)
{
    const char *back = json_get_text(v->in, "findings", "");
    if (back[0] == '\0') {
        if (int_in(r, "refused") > 0)
            puts(tr(
                "With --findings FILE the rows are written back with a column _errors, to be mended."));
        return;
    }
    terminal_put_in(
        tr("Rows written back to %s: its column _errors says what to mend; then import that "
           "file in the same way."),
        back);
    putchar('\n');
}

/* What somebody has changed since the file was downloaded, side by side. */
static void show_conflicts(const struct json *r)
{
    const struct json *list = json_get(r, "conflicts");
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const struct json *one = json_at(list, i), *fields = json_get(one, "fields");
        terminal_put_in(tr("Conflict: record %s"), text_in(one, "record"));
        printf(" (%s, %s)\n", text_in(one, "at"), text_in(one, "author"));
        for (size_t k = 0; fields != NULL && k < json_size(fields); k++) {
            const struct json *f = json_at(fields, k);
            terminal_put_in("  %s", text_in(f, "label"));
            terminal_put_in(tr(": the file %s"), text_in(f, "mine"));
            terminal_put_in(tr(", the register %s"), text_in(f, "theirs"));
            putchar('\n');
        }
    }
}

int show_import(const struct invocation *v, const struct json *r)
{
    show_findings(r);
    show_conflicts(r);
    show_unknown_columns(r);
    bool accepted = json_get_bool(r, "accepted", false);
    if (json_get_bool(r, "dry_run", false)) printf("%s ", tr("Dry run, nothing kept."));
    printf(tr_n("%lld row: %lld new, %lld changed, %lld already there, %lld refused",
                "%lld rows: %lld new, %lld changed, %lld already there, %lld refused",
                int_in(r, "rows")),
           int_in(r, "rows"), int_in(r, "new"), int_in(r, "changed"), int_in(r, "same"),
           int_in(r, "refused"));
    if (int_in(r, "conflict") > 0) {
        printf("; ");
        printf(tr("%lld in conflict"), int_in(r, "conflict"));
    }
    if (int_in(r, "with_warnings") > 0) {
        printf("; ");
        printf(tr("%lld kept with warnings"), int_in(r, "with_warnings"));
    }
    printf(".\n");
    if (!accepted)
        puts(tr(
            "The file was refused as a whole, because some rows were (--strict). Nothing was kept."));
    else if (json_has(r, "batch")) {
        printf(tr("Batch %lld."), int_in(r, "batch"));
        putchar('\n');
    }
    show_way_back(v, r);
    return !accepted || int_in(r, "refused") > 0 ? 1 : 0;
}

int show_batches(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "batches"), {"batch", N_("Batch"), true}, {"at", N_("At"), false},
         {"form", N_("Form"), false}, {"organisation", N_("From"), false}, {"new", N_("New"), true},
         {"changed", N_("Changed"), true}, {"same", N_("Same"), true},
         {"refused", N_("Refused"), true}, {"state", N_("State"), false},
         {"file", N_("File"), false});
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
    terminal_put_in(tr("Written to %s"), written);
    putchar('\n');
    return 0;
}

int show_records(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "records"), {"record", N_("Record"), false}, {"form", N_("Form"), false},
         {"organisation", N_("From"), false}, {"version", N_("Version"), true},
         {"at", N_("At"), false}, {"batch", N_("Batch"), true}, {"state", N_("State"), false});
    if (int_in(r, "next") > 0) printf("%s --after %lld\n", tr("More:"), int_in(r, "next"));
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
    ROWS(json_get(r, "versions"), {"version", N_("Version"), true}, {"at", N_("At"), false},
         {"author", N_("Author"), false}, {"batch", N_("Batch"), true},
         {"state", N_("State"), false}, {"reason", N_("Reason"), false});
    return 0;
}

int show_verify(const struct invocation *v, const struct json *r)
{
    (void)v;
    bool ok = json_get_bool(r, "ok", false);
    if (ok)
        printf(tr("The audit log holds: %lld entries, %lld checkpoints."), int_in(r, "entries"),
               int_in(r, "checkpoints"));
    else
        printf(tr("The audit log is BROKEN at entry %lld: %s"), int_in(r, "first_bad"),
               text_in(r, "problem"));
    printf("\n%s %s\n", tr("Head"), text_in(r, "head"));
    if (text_in(r, "checkpoint")[0] != '\0')
        printf("\n%s\n\n%s\n",
               tr("Newest checkpoint; keep a copy elsewhere (audit verify --anchor FILE):"),
               text_in(r, "checkpoint"));
    return ok ? 0 : 5;
}

int show_audit(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "entries"), {"sequence", N_("No"), true}, {"at", N_("At"), false},
         {"action", N_("Act"), false}, {"actor", N_("Actor"), false}, {"role", N_("Role"), false},
         {"decision", "", false}, {"object_type", N_("On"), false}, {"object_id", "", false},
         {"count", N_("Count"), true}, {"purpose", N_("Purpose"), false});
    return 0;
}

int show_check(const struct invocation *v, const struct json *r)
{
    (void)v;
    const struct json *list = json_get(r, "checks");
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *c = json_at(list, i);
        bool warning = json_get_bool(c, "warning", false);
        const char *word = !json_get_bool(c, "ok", false) ? tr("DAMAGED")
                           : warning                      ? tr("warning")
                                                          : tr("good");
        printf("%s%*s %-14s ", word,
               unicode_width(text_of(word)) < 8 ? (int)(8 - unicode_width(text_of(word))) : 0, "",
               text_in(c, "name"));
        terminal_puts(text_in(c, "detail"));
        putchar('\n');
    }
    bool ok = json_get_bool(r, "ok", false);
    printf("%s\n",
           ok ? tr("The repository is sound.")
              : tr("The repository is damaged: restore a backup, and keep this one for study."));
    return ok ? 0 : 5;
}

static void show_problems(const struct json *list)
{
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *p = json_at(list, i);
        terminal_puts(text_in(p, "file"));
        if (int_in(p, "row") > 0) {
            putchar(' ');
            printf(tr("row %lld"), int_in(p, "row"));
        }
        if (text_in(p, "column")[0] != '\0') {
            printf(" %s ", tr("column"));
            terminal_puts(text_in(p, "column"));
        }
        printf(" [%s]: ", json_get_bool(p, "fatal", true) ? tr("error") : tr("warning"));
        terminal_puts(text_in(p, "message"));
        printf("\n    ");
        terminal_puts(text_in(p, "remedy"));
        putchar('\n');
    }
}

int show_pack_check(const struct invocation *v, const struct json *r)
{
    (void)v;
    show_problems(json_get(r, "problems"));
    bool ok = json_get_bool(r, "ok", false);
    if (ok)
        printf(tr("Good: %lld forms, %lld variables, %lld code lists with %lld codes, %lld rules."),
               int_in(r, "forms"), int_in(r, "variables"), int_in(r, "code_lists"),
               int_in(r, "codes"), int_in(r, "rules"));
    else
        printf(tr_n("%lld error in %s.", "%lld errors in %s.", int_in(r, "fatal")),
               int_in(r, "fatal"), text_in(r, "folder"));
    putchar('\n');
    return ok ? 0 : 3;
}

int show_pack_import(const struct invocation *v, const struct json *r)
{
    (void)v;
    show_problems(json_get(r, "problems"));
    if (!json_get_bool(r, "ok", false)) {
        printf(tr_n("%lld error; nothing was written.", "%lld errors; nothing was written.",
                    int_in(r, "fatal")),
               int_in(r, "fatal"));
        putchar('\n');
        return 3;
    }
    const struct json *files = json_get(r, "files");
    for (size_t i = 0; i < json_size(files); i++) {
        terminal_puts(text_in(r, "folder"));
        putchar('/');
        terminal_puts(json_as_text(json_at(files, i), ""));
        putchar('\n');
    }
    printf("%s ", tr("Form"));
    terminal_puts(text_in(r, "form"));
    printf(
        tr(": %lld variables, %lld code lists with %lld codes; rows: %lld new, %lld changed, %lld "
           "taken away."),
        int_in(r, "variables"), int_in(r, "code_lists"), int_in(r, "codes"), int_in(r, "added"),
        int_in(r, "changed"), int_in(r, "hidden"));
    putchar('\n');
    return 0;
}

int show_pack_coverage(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "fields"), {"field", N_("Field"), false}, {"how", N_("Met by"), false},
         {"variables", N_("Variables"), false}, {"met", N_("Codes met"), true},
         {"choices", N_("of"), true}, {"unmet", N_("Not met"), false}, {"note", N_("Note"), false});
    printf(
        tr("%lld of %lld fields meet a variable, %lld more are mapped, %lld left out on purpose; "
           "%lld of %lld choices meet a code."),
        int_in(r, "fields_variable"), int_in(r, "fields_total"), int_in(r, "fields_mapped"),
        int_in(r, "fields_left_out"), int_in(r, "choices_met"), int_in(r, "choices_total"));
    putchar('\n');
    if (int_in(r, "standard_fields") > 0) {
        printf(tr("The mapping of the standard knows %lld fields: %lld are taken, %lld left out."),
               int_in(r, "standard_fields"), int_in(r, "standard_mapped"),
               int_in(r, "standard_left_out"));
        putchar('\n');
    }
    return 0;
}

int show_pack_export(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "workbooks"), {"form", N_("Form"), false}, {"rows", N_("Rows"), true},
         {"choices", N_("Choices"), true}, {"file", N_("File"), false});
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
        ROWS(list, {"form", N_("Form"), false}, {"records", N_("Records"), true},
             {"version", N_("Version"), false}, {"title", N_("Title"), false});
    else
        ROWS(list, {"form", N_("Form"), false}, {"data_set", N_("Data set"), false},
             {"variables", N_("Variables"), true}, {"repeats", N_("Repeats"), true},
             {"version", N_("Version"), false}, {"title", N_("Title"), false});
    return 0;
}

int show_variables(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "variables"), {"variable", N_("Variable"), false}, {"form", N_("Form"), false},
         {"repeat", N_("Repeat"), false}, {"type", N_("Type"), false}, {"list", N_("Codes"), false},
         {"required", N_("Required"), false}, {"tabulates", N_("Tabulates"), false},
         {"privacy", N_("Privacy"), false}, {"label", N_("Label"), false});
    return 0;
}

int show_codes(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "codes"), {"code", N_("Code"), false}, {"parent", N_("Under"), false},
         {"label", N_("Label"), false});
    return 0;
}

int show_rules(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "rules"), {"rule", N_("Rule"), false}, {"form", N_("Form"), false},
         {"severity", N_("Severity"), false}, {"message", N_("Message"), false});
    return 0;
}

int show_keys(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "slots"), {"slot", N_("Slot"), true}, {"kind", N_("Kind"), false},
         {"made_at", N_("Made"), false}, {"label", N_("Label"), false});
    return 0;
}

int show_encode(const struct invocation *v, const struct json *r)
{
    (void)v;
    const struct json *left_out = json_get(r, "left_out");
    ROWS(json_get(r, "remarks"), {"row", N_("Row"), true}, {"column", N_("Column"), false},
         {"message", N_("What is wrong"), false});
    if (json_size(left_out) > 0)
        puts(tr("Left out, because they say who a person is or nobody knows them:"));
    for (size_t i = 0; i < json_size(left_out); i++) {
        fputs("  ", stdout);
        terminal_puts(json_as_text(json_at(left_out, i), ""));
        putchar('\n');
    }
    printf(tr("%lld rows: %lld with a linkage key, %lld without"), int_in(r, "rows"),
           int_in(r, "encoded"), int_in(r, "without"));
    printf(".\n");
    printf(tr("Written to %s. It is a pseudonym, not anonymous: send it as carefully as names."),
           text_in(r, "file"));
    putchar('\n');
    return int_in(r, "remarks_total") > 0 ? 1 : 0;
}

int show_link_encode(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "forms"), {"form", N_("Form"), false}, {"records", N_("Records"), true},
         {"opened", N_("With identifiers"), true}, {"encoded", N_("Given a linkage key"), true});
    return 0;
}
