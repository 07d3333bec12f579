/* SPDX-License-Identifier: EUPL-1.2 */
/* `dcim demo`: the synthetic pilot of a country. Provider files are written first and then imported
 * through the same operations as everybody's; nothing here reaches past service. */
#include "cli/command.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "cli/demo_accounts.h"
#include "cli/demo_files.h"
#include "cli/demo_people.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct demo {
    struct invocation *v;
    const char *folder, *files, *key, *data, *pack;
    struct arena *arena;
    struct dictionary *dictionary;
    struct demo_tables tables;
    struct demo_table accounts;
    struct demo_person *person;
    size_t n_person;
    struct demo_justice justice;
    uint64_t seed;
    struct service *service;
    struct json *imports, *linked; /* results, for --json */
    struct json *nothing;          /* no parameters */
    int64_t rows, refused, kept;
    size_t n_file, n_record;
};

/* ---------------------------------------------------------------- making */

static bool load(struct demo *d, struct err *e)
{
    struct problems problems;
    problems_init(&problems, d->arena);
    bool ok = demo_tables_read(&d->tables, d->data, d->pack, d->arena, e) &&
              dictionary_load(&d->dictionary, d->data, d->pack, &problems, e);
    problems_release(&problems);
    return ok;
}

static void make_people(struct demo *d)
{
    struct random r;
    random_init(&r, d->seed);
    int64_t wanted = json_get_int(d->v->own, "records", 0);
    double scale = 1;
    if (wanted > 0) { /* records a person: tried out on the published totals */
        demo_people_make(&d->person, &d->n_person, &d->tables, 1, &r, d->arena);
        size_t records = 0;
        for (size_t i = 0; i < d->n_person; i++) records += d->person[i].n_source;
        scale = (double)wanted / (double)records;
        random_init(&r, d->seed);
    }
    demo_people_make(&d->person, &d->n_person, &d->tables, scale, &r, d->arena);
    demo_justice_make(&d->justice, d->person, d->n_person, &d->tables, scale, &r, d->arena);
    for (size_t i = 0; i < d->n_person; i++)
        d->n_record += d->person[i].n_source + d->person[i].listed;
}

/* ---------------------------------------------------------------- calls */

static bool call(struct json **out, struct demo *d, const char *operation, struct json *in,
                 struct err *e)
{
    bool ok = service_call(out, d->service, operation, in, NULL, e);
    json_free(in);
    return ok;
}

static bool add_organisations(struct demo *d, struct err *e)
{
    const struct demo_table *t = &d->tables.institutions;
    for (size_t i = 0; i < t->n_row; i++) {
        struct json *in = json_object(), *out;
        json_set_text(in, "code", demo_cell(t, i, "code"));
        json_set_text(in, "type", demo_cell(t, i, "type"));
        json_set_text(in, "name", demo_cell(t, i, "name"));
        if (!call(&out, d, "organisation.add", in, e)) return false;
        json_free(out);
    }
    return true;
}

static bool import(struct demo *d, const struct demo_file *f, struct err *e)
{
    struct json *in = json_object(), *out;
    if (f->path[0] == '\0') {
        json_free(in);
        return true;
    }
    json_set_text(in, "file", f->path);
    json_set_text(in, "form", f->form);
    json_set_text(in, "organisation", f->organisation);
    if (f->date_order[0] != '\0') json_set_text(in, "date_order", f->date_order);
    if (f->encoding[0] != '\0') json_set_text(in, "encoding", f->encoding);
    if (!call(&out, d, "import.run", in, e)) return false;
    d->rows += json_get_int(out, "rows", 0);
    d->refused += json_get_int(out, "refused", 0);
    d->kept += json_get_int(out, "new", 0) + json_get_int(out, "changed", 0);
    d->n_file++;
    json_set_int(out, "planted", (int64_t)f->n_error);
    json_push(d->imports, out);
    return true;
}

static void show_progress(size_t done, size_t steps)
{
    struct progress progress = terminal_progress();
    if (progress.step != NULL) progress.step(progress.ctx, tr("provider files"), done, steps);
}

static bool deliver_victims(struct demo *d, const struct demo_writer *w, enum demo_round round,
                            struct err *e)
{
    const struct demo_table *o = &d->tables.organisations;
    for (size_t i = 0; i < o->n_row; i++) {
        struct demo_file f;
        struct arena_mark m = arena_mark(d->arena);
        if (!demo_write_victims(&f, w, demo_cell(o, i, "organisation"), round, e) ||
            !import(d, &f, e))
            return false;
        arena_rewind(d->arena, m);
        show_progress((size_t)round * o->n_row + i + 1, (DEMO_ROUNDS + 1) * o->n_row);
    }
    return true;
}

/* Cases of the police bodies, then all that the prosecution has. */
static bool deliver_justice(struct demo *d, const struct demo_writer *w, struct err *e)
{
    const struct demo_table *o = &d->tables.organisations;
    struct demo_file f;
    for (size_t i = 0; i < o->n_row; i++)
        if (strcmp(demo_cell(o, i, "cases"), "yes") == 0 &&
            (!demo_write_cases(&f, w, demo_cell(o, i, "organisation"), e) || !import(d, &f, e)))
            return false;
    return demo_write_cases(&f, w, demo_setting(&d->tables, "prosecution"), e) &&
           import(d, &f, e) && demo_write_proceedings(&f, w, e) && import(d, &f, e) &&
           demo_write_suspects(&f, w, e) && import(d, &f, e) && demo_write_injured(&f, w, e) &&
           import(d, &f, e);
}

static bool deliver(struct demo *d, struct err *e)
{
    struct demo_writer w = {.dictionary = d->dictionary,
                            .tables = &d->tables,
                            .folder = d->files,
                            .person = d->person,
                            .n_person = d->n_person,
                            .justice = &d->justice,
                            .seed = d->seed,
                            .arena = d->arena};
    for (int round = 0; round < DEMO_ROUNDS; round++)
        if (!deliver_victims(d, &w, (enum demo_round)round, e)) return false;
    return deliver_justice(d, &w, e);
}

/* The last step of a pilot, as of a year's closing: who is one person. */
static bool link_records(struct demo *d, struct err *e)
{
    struct json *out;
    struct progress progress = terminal_progress();
    if (!service_call(&out, d->service, "link.run", d->nothing, &progress, e)) return false;
    d->linked = json_copy(json_get(out, "runs"));
    json_free(out);
    return true;
}

static bool open_service(struct demo *d, struct err *e)
{
    struct json *out, *in = json_object();
    d->service =
        service_new(&(struct service_options){.repository = d->folder,
                                              .key_file = d->key,
                                              .data = d->data,
                                              .program = d->v->program,
                                              .actor = "local:demo",
                                              .purpose = "demonstration",
                                              .language = global_or(d->v->globals.language,
                                                                    "DCIM_LANGUAGE", NULL)});
    json_set_text(in, "pack", d->pack);
    if (!call(&out, d, "repository.init", in, e)) return false;
    json_free(out);
    return true;
}

static bool check_numbers(const struct demo *d, struct err *e)
{
    enum { RECORDS_MAX = 2000000 };
    int64_t records = json_get_int(d->v->own, "records", 1),
            seed = json_get_int(d->v->own, "seed", 1);
    if (records < 1 || records > RECORDS_MAX)
        return err_set(e, ERR_USAGE, "demo.records", "--records must be between 1 and %d",
                       RECORDS_MAX);
    if (seed < 0) return err_set(e, ERR_USAGE, "demo.seed", "--seed must not be negative");
    return true;
}

static bool check_pack(const struct demo *d, struct err *e)
{
    bool plain =
        d->pack[0] != '\0' && strspn(d->pack, "abcdefghijklmnopqrstuvwxyz") == strlen(d->pack);
    if (plain && file_exists(arena_printf(d->arena, "%s/demo/%s/years.csv", d->data, d->pack)))
        return true;
    err_set(e, ERR_USAGE, "demo.pack", "there are no figures to make a pilot for pack \"%s\" from",
            d->pack);
    return err_remedy(e, "use one of the folders of %s/demo, such as pt, cz, pl or sk", d->data);
}

static bool make(struct demo *d, struct err *e)
{
    if (!check_numbers(d, e)) return false;
    if (!folder_is_empty(d->folder)) {
        err_set(e, ERR_USAGE, "demo.not_empty", "folder %s is not empty", d->folder);
        return err_remedy(
            e, "name a folder that is empty or does not exist, or remove this one with %s and %s",
            d->files, d->key);
    }
    if (!data_folder_find(&d->data, d->v, "demo/given_names.csv", d->arena, e) ||
        !check_pack(d, e) || !load(d, e))
        return false;
    make_people(d);
    return folder_make(d->files, e) && open_service(d, e) && add_organisations(d, e) &&
           deliver(d, e) && link_records(d, e) &&
           demo_accounts_make(&d->accounts, d->service,
                              arena_printf(d->arena, "%s/demo/%s", d->data, d->pack), d->arena, e);
}

/* ---------------------------------------------------------------- showing */

static bool show_one_table(struct demo *d, const char *title, const char *form, const char *rows,
                           const char *columns, struct err *e)
{
    struct json *in = json_object(), *out, *list = json_array();
    json_set_text(in, "form", form);
    json_push(list, json_text(text_of(rows)));
    json_set(in, "rows", list);
    list = json_array();
    json_push(list, json_text(text_of(columns)));
    json_set(in, "columns", list);
    json_set_int(in, "width", (int64_t)terminal_width());
    if (!call(&out, d, "table.count", in, e)) return false;
    printf("\n%s\n\n%s", title, json_get_text(out, "text", ""));
    json_free(out);
    return true;
}

/* What the register counts of a form; 0 where it does not say. */
static long long counted(const struct json *info, const char *form, const char *what)
{
    const struct json *forms = json_get(info, "forms");
    for (size_t i = 0; i < json_size(forms); i++)
        if (strcmp(json_get_text(json_at(forms, i), "form", ""), form) == 0)
            return (long long)json_get_int(json_at(forms, i), what, 0);
    return 0;
}

static void show_counts(const struct demo *d, const struct json *info)
{
    static const char *const form[] = {"victim", "suspect"};
    const size_t made[] = {d->n_person, d->justice.n_suspect};
    for (size_t i = 0; i < 2; i++) {
        printf("    %-10s", form[i]);
        printf(tr("%lld records; persons: %lld counted, %zu made up"),
               counted(info, form[i], "records"), counted(info, form[i], "persons"), made[i]);
        putchar('\n');
    }
    putchar('\n');
    help_paragraph(tr(
        "Persons are counted by linkage: records of several organisations that are surely one person "
        "were joined, without opening an identifier; `dcim link list` shows those that wait for a "
        "person's decision."));
    putchar('\n');
}

/* How this program is called from here: in a fresh checkout it is on no PATH. */
static const char *program_to_type(const struct demo *d)
{
    const char *program = d->v->program, *path = getenv("PATH");
    struct text rest = text_of(path == NULL ? "" : path), folder;
    while (text_split(&rest, ':', &folder))
        if (strcmp(arena_printf(d->arena, "%.*s/dcim", (int)folder.n, folder.p), program) == 0)
            return "dcim";
    char here[4096];
    size_t n = getcwd(here, sizeof here) == NULL ? 0 : strlen(here);
    bool below = n > 1 && strncmp(program, here, n) == 0 && program[n] == '/' &&
                 strchr(program + n + 1, '/') != NULL;
    return below ? program + n + 1 : program;
}

static void show_summary(const struct demo *d, const struct json *info)
{
    help_paragraph(
        arena_printf(d->arena,
                     tr("Synthetic pilot, %s: nothing in it is about a real person, and no figure "
                        "of it is a statistic of the country."),
                     dictionary_pack_value(d->dictionary, "name", d->pack)));
    putchar('\n');
    printf(
        tr("%zu persons and %zu suspects were made up, calibrated to published figures for %s to "
           "%s; several organisations saw the same persons: %zu reports, some with misspelt "
           "names."),
        d->n_person, d->justice.n_suspect, demo_setting(&d->tables, "first_year"),
        demo_setting(&d->tables, "last_year"), d->n_record);
    putchar('\n');
    printf(
        tr("%zu provider files were written to %s and imported: %lld rows, %lld kept, %lld refused for "
           "planted errors and sent again, mended."),
        d->n_file, d->files, (long long)d->rows, (long long)d->kept, (long long)d->refused);
    printf("\n\n");
    show_counts(d, info);
    printf(tr("Repository: %s"), d->folder);
    putchar('\n');
    printf(tr("Key file: %s (for demonstration only: a real key never lies beside its repository)"),
           d->key);
    printf("\n\n%s  export DCIM_REPOSITORY=", tr("Try:"));
    terminal_shell_word(d->folder);
    printf(" DCIM_KEY_FILE=");
    terminal_shell_word(d->key);
    printf("\n      ");
    terminal_shell_word(program_to_type(d));
    printf(" info\n      ");
    terminal_shell_word(program_to_type(d));
    printf(" serve --demonstration --insecure-no-second-factor\n");
}

/* What became of each file. */
static struct json *imports(const struct demo *d)
{
    static const char *const number[] = {"rows", "refused", "planted", "new", "changed"};
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(d->imports); i++) {
        const struct json *from = json_at(d->imports, i);
        struct json *to = json_object();
        json_set_text(to, "file", json_get_text(from, "file", ""));
        json_set_text(to, "organisation", json_get_text(from, "organisation", ""));
        json_set_text(to, "form", json_get_text(from, "form", ""));
        for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
            json_set_int(to, number[k], json_get_int(from, number[k], 0));
        json_set(to, "unknown_columns",
                 json_copy(json_get(json_get(from, "mapping"), "unknown_columns")));
        json_push(list, to);
    }
    return list;
}

static int show(struct demo *d, struct err *e)
{
    struct json *info;
    if (!call(&info, d, "repository.info", json_object(), e))
        return report_error(d->v, d->service, e);
    if (d->v->globals.json) {
        struct json *out = json_object();
        struct buf text;
        json_set_text(out, "repository", d->folder);
        json_set_text(out, "key_file", d->key);
        json_set_text(out, "files", d->files);
        json_set_int(out, "persons", (int64_t)d->n_person);
        json_set_int(out, "records", (int64_t)d->n_record);
        json_set_int(out, "suspects", (int64_t)d->justice.n_suspect);
        json_set(out, "forms", json_copy(json_get(info, "forms"))); /* what the register counts */
        json_set_int(out, "rows", d->rows);
        json_set_int(out, "refused", d->refused);
        json_set(out, "imports", imports(d));
        json_set(out, "linked", json_copy(d->linked));
        json_set_bool(out, "synthetic", true);
        buf_init(&text, 1 << 20);
        json_write(&text, out, true);
        printf("%s\n", text.p == NULL ? "{}" : text.p);
        buf_release(&text);
        json_free(out);
        json_free(info);
        return 0;
    }
    show_summary(d, info);
    json_free(info);
    bool ok = show_one_table(d, tr("Persons by form of exploitation and sex (synthetic)"), "victim",
                             "form_of_exploitation", "sex", e) &&
              show_one_table(d, tr("Persons by year of registration and status (synthetic)"),
                             "victim", "registration_year", "victim_status", e) &&
              show_one_table(d, tr("Suspects by stage reached and sex (synthetic)"), "suspect",
                             "procedural_stage", "sex", e);
    if (ok) demo_accounts_show(&d->accounts);
    return ok ? 0 : report_error(d->v, d->service, e);
}

int run_demo(struct invocation *v)
{
    struct err e = {0};
    struct demo d = {.v = v,
                     .arena = arena_new(ARENA_PLAIN),
                     .imports = json_array(),
                     .nothing = json_object()};
    const char *folder = json_get_text(v->own, "DIR", "");
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    d.folder = arena_copy(d.arena, folder, n);
    d.files = arena_printf(d.arena, "%s-files", d.folder);
    d.key = arena_printf(d.arena, "%s.key", d.folder);
    d.pack = json_get_text(v->own, "pack", "pt");
    d.seed = (uint64_t)json_get_int(v->own, "seed", 1);
    int status =
        make(&d, &e) ? (terminal_progress_end(), show(&d, &e)) : report_error(v, d.service, &e);
    service_close(d.service);
    dictionary_free(d.dictionary);
    json_free(d.imports);
    json_free(d.linked);
    json_free(d.nothing);
    arena_free(d.arena);
    return status;
}
