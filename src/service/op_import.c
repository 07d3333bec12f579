/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports: one file, one batch, visible in whole or not at all. Rows with an error-level finding
 * are refused and counted, the rest is kept; strict: one refused row refuses the file. */
#include "service/import_call.h"
#include "service/import_known.h"
#include "service/job.h"
#include "service/link_new.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "intake/findings_file.h"
#include "intake/intake.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FINDINGS_SHOWN = 200,
    FINDINGS_KEPT = 5000, /* of an upload: they are looked through page by page */
    PROGRESS_ROWS = 512,
    ROWS_MAX = 1048576 /* of a sheet; S70 */
};

struct import {
    struct call *c;
    const struct form *form;
    struct organisation organisation;
    struct intake *intake;
    struct upload_view upload; /* file -1: of this machine */
    const char *back_path;     /* "": no file is written back */
    struct batch_writer *writer;
    struct findings_file *back; /* NULL when not asked for */
    struct findings findings;   /* of the row, with what the store adds */
    struct arena *row_arena;
    struct json *shown; /* the first findings */
    int64_t *by_rule;
    int64_t n_row, n_refused, n_warned, n_finding;
    int64_t outcome[PUT_OUTCOME_COUNT];
    struct import_known known;
    bool dry_run;
};

const char *import_choice(const struct call *c, const struct json *choices, const char *name)
{
    const char *given = json_get_text(c->in, name, NULL);
    if (given != NULL || choices == NULL) return given == NULL ? "" : given;
    return json_get_text(choices, name, "");
}

bool call_upload(struct upload_view *out, struct call *c, struct err *e)
{
    struct text code = text_of(json_get_text(c->in, "upload", ""));
    return upload_open(out, service_uploads(c->s), c->who.account_no, call_now(c), code, c->arena,
                       e);
}

static enum date_order order_of(const char *word)
{
    if (strcmp(word, "dmy") == 0) return DATE_DMY;
    return strcmp(word, "mdy") == 0 ? DATE_MDY : DATE_ISO;
}

/* Changes of single columns: [{column, path, order}], where no path leaves the column as it is. */
static void read_changes(struct intake_options *o, struct call *c, const struct json *list)
{
    size_t n = list == NULL ? 0 : json_size(list);
    struct mapping_change *change = ARENA_ARRAY(c->arena, struct mapping_change, n);
    for (size_t i = 0; i < n; i++) {
        const struct json *row = json_at(list, i);
        const char *path = json_get_text(row, "path", NULL),
                   *order = json_get_text(row, "order", "");
        change[i] = (struct mapping_change){.column = (uint32_t)json_get_int(row, "column", 0),
                                            .keep = path == NULL,
                                            .order_given = order[0] != '\0',
                                            .order = order_of(order)};
        if (path != NULL) change[i].path = text_of(arena_copy(c->arena, path, strlen(path)));
    }
    o->change = change;
    o->n_change = n;
}

static bool one_file(struct call *c, struct err *e)
{
    if (json_has(c->in, "file") != json_has(c->in, "upload")) return true;
    err_set(e, ERR_USAGE, "import.one_file", "no file was named to import");
    return err_remedy(e, "name one CSV file or workbook");
}

static struct text word_of(struct call *c, const struct json *choices, const char *name)
{
    const char *word = import_choice(c, choices, name);
    return text_of(arena_copy(c->arena, word, strlen(word)));
}

bool import_options(struct intake_options *o, struct upload_view *v, struct call *c,
                    const struct form *f, struct err *e)
{
    *v = (struct upload_view){.file = -1};
    if (!one_file(c, e) || (json_has(c->in, "upload") && !call_upload(v, c, e))) return false;
    *o = (struct intake_options){
        .path = json_get_text(c->in, "file", v->name),
        .by_descriptor = v->file >= 0,
        .file = v->file,
        .sha256 = v->file >= 0 ? v->sha256 : NULL,
        .dictionary = c->s->dictionary,
        .form = f,
        .mapping = word_of(c, v->choices, "mapping"),
        .sheet = word_of(c, v->choices, "sheet"),
        .csv = {.row_max = ROWS_MAX},
        .today = day_today(),
        .converter = text_of(c->s->options.program),
    };
    const char *encoding = import_choice(c, v->choices, "encoding");
    if (encoding[0] != '\0' && !csv_encoding_find(&o->csv.encoding, text_of(encoding))) {
        err_set(e, ERR_USAGE, "import.encoding", "there is no encoding called %s", encoding);
        return err_remedy(
            e, "use utf-8, utf-16le, utf-16be, windows-1250, windows-1252 or iso-8859-2");
    }
    const char *separator = import_choice(c, v->choices, "separator");
    if (strcmp(separator, "tab") == 0) o->csv.separator = '\t';
    else o->csv.separator = separator[0];
    o->date_order = order_of(import_choice(c, v->choices, "date_order"));
    if (v->choices != NULL) read_changes(o, c, json_get(v->choices, "changes"));
    return true;
}

static size_t findings_most(const struct import *m)
{
    return m->upload.file >= 0 ? FINDINGS_KEPT : FINDINGS_SHOWN;
}

static void show_finding(struct import *m, const struct finding *f)
{
    const struct dictionary *d = m->c->s->dictionary;
    size_t language = m->c->language;
    m->n_finding++;
    m->by_rule[f->rule]++;
    if (json_size(m->shown) >= findings_most(m)) return;
    struct buf text;
    buf_init(&text, 4000);
    struct json *row = json_object();
    const struct mapping *map = intake_mapping(m->intake);
    json_set_int(row, "row", (int64_t)f->row);
    json_set_int(row, "column", f->column);
    if (f->column > 0 && f->column <= map->n_header)
        json_set(row, "column_name", json_text(map->header[f->column - 1]));
    json_set_text(row, "rule", d->rule[f->rule].name);
    json_set_text(row, "severity", severity_name(f->level));
    if (f->var != VAR_NONE) {
        const struct variable *v = &d->variable[f->var];
        json_set_text(row, "variable", v->name);
        if (v->list != LIST_NONE) json_set_text(row, "list", d->list[v->list]->name);
    }
    if (f->value != NULL) json_set_text(row, "value", f->value);
    finding_message(&text, d, f, language);
    json_set(row, "message", json_text(buf_text(&text)));
    buf_clear(&text);
    finding_remedy(&text, d, f, language);
    json_set(row, "remedy", json_text(buf_text(&text)));
    buf_release(&text);
    json_push(m->shown, row);
}

/* Copies the row's findings, and adds what only the store can know. */
static void collect(struct import *m, const struct intake_row *row)
{
    findings_clear(&m->findings);
    for (size_t i = 0; i < row->findings->n; i++)
        findings_add(&m->findings, row->findings->item[i]);
}

static void add_duplicate(struct import *m, const struct intake_row *row)
{
    const struct dictionary *d = m->c->s->dictionary;
    const struct mapping *map = intake_mapping(m->intake);
    uint32_t column = 0;
    for (size_t i = 0; i < map->n_target; i++)
        if (map->target[i].var == m->form->reference && map->target[i].source == MAPPING_COLUMN)
            column = map->target[i].column + 1;
    findings_add(&m->findings, (struct finding){.rule = finding_builtin(d, BUILTIN_DUPLICATE),
                                                .level = SEVERITY_E,
                                                .row = row->row,
                                                .column = column,
                                                .var = m->form->reference});
}

/* What the record that a row names has to say to it, and the register to its match key. */
static enum import_verdict judge(struct import *m, struct intake_row *row)
{
    struct json *remark = NULL;
    enum import_verdict v = IMPORT_WRITE;
    if (row->match != INTAKE_NEW) v = import_judge(&m->known, row, &remark);
    if (v == IMPORT_WRITE) {
        remark = import_judge_key(&m->known, row);
        if (remark != NULL) v = IMPORT_REFUSE;
    }
    if (remark == NULL) return v;
    m->n_finding++;
    if (json_size(m->shown) < findings_most(m)) json_push(m->shown, remark);
    else json_free(remark);
    return v;
}

static bool put_row(enum put_outcome *outcome, struct import *m, const struct intake_row *row,
                    struct err *e)
{
    if (row->match == INTAKE_NEW)
        return batch_put(outcome, m->writer, row->record, row->reference, e);
    return batch_put_version(outcome, m->writer, row->record, &m->known.meta, row->changes->n == 0,
                             row->reference, e);
}

static bool import_row(struct import *m, struct intake_row *row, struct err *e)
{
    static const char *const word[] = {[PUT_NEW] = "new",
                                       [PUT_CHANGED] = "changed",
                                       [PUT_SAME] = "same",
                                       [PUT_DUPLICATE] = "refused"};
    const char *outcome_word = "refused";
    collect(m, row);
    enum import_verdict verdict = judge(m, row);
    if (verdict == IMPORT_WRITE && m->findings.n_error == 0) {
        enum put_outcome outcome;
        if (!put_row(&outcome, m, row, e)) return false;
        m->outcome[outcome]++;
        outcome_word = word[outcome];
        if (outcome == PUT_DUPLICATE) add_duplicate(m, row);
    }
    m->n_row++;
    if (verdict == IMPORT_CONFLICT) outcome_word = "conflict";
    else if (verdict == IMPORT_REFUSE || m->findings.n_error > 0) m->n_refused++;
    else if (m->findings.n > 0) m->n_warned++;
    for (size_t i = 0; i < m->findings.n; i++) show_finding(m, &m->findings.item[i]);
    if (m->back == NULL) return true;
    row->findings = &m->findings;
    return findings_file_put(m->back, row, outcome_word, e);
}

/* Of a workbook nobody knows how much is to come: its rows are counted. */
static void say_progress(struct import *m)
{
    uint64_t read = intake_bytes_read(m->intake), total = intake_bytes_total(m->intake);
    if (intake_is_workbook(m->intake)) call_progress(m->c, "rows", (uint64_t)m->n_row, 0);
    else call_progress(m->c, "rows", read, total);
}

static bool import_rows(struct import *m, struct err *e)
{
    for (;;) {
        struct intake_row row;
        bool found;
        if (!intake_next(m->intake, &row, &found, e)) return false;
        if (!found) break;
        if (!import_row(m, &row, e)) return false;
        if (m->n_row % PROGRESS_ROWS != 0) continue;
        say_progress(m);
        if (!call_goes_on(m->c, e)) return false;
    }
    say_progress(m);
    return true;
}

static struct json *rules_summary(const struct import *m)
{
    const struct dictionary *d = m->c->s->dictionary;
    struct json *list = json_array();
    struct buf words;
    buf_init(&words, 4000);
    for (size_t r = 0; r < d->n_rule; r++) {
        if (m->by_rule[r] == 0) continue;
        buf_clear(&words);
        finding_general_words(&words, &d->rule[r].message, m->c->language);
        struct json *row = json_object();
        json_set_text(row, "rule", d->rule[r].name);
        json_set(row, "message", json_text(buf_text(&words)));
        json_set_int(row, "count", m->by_rule[r]);
        json_push(list, row);
    }
    for (size_t i = 0; i < json_size(m->known.by_rule); i++)
        json_push(list, json_copy(json_at(m->known.by_rule, i)));
    buf_release(&words);
    return list;
}

static void report(struct import *m, const struct batch_result *result, bool accepted)
{
    struct json *out = m->c->out;
    json_set_bool(out, "accepted", accepted);
    json_set_bool(out, "dry_run", m->dry_run);
    if (accepted && !m->dry_run) json_set_int(out, "batch", result->batch_no);
    json_set_text(out, "form", m->form->name);
    json_set_text(out, "organisation", m->organisation.code);
    json_set_int(out, "rows", m->n_row);
    json_set_int(out, "new", m->outcome[PUT_NEW]);
    json_set_int(out, "changed", m->outcome[PUT_CHANGED]);
    json_set_int(out, "same", m->outcome[PUT_SAME]);
    json_set_int(out, "duplicate", m->outcome[PUT_DUPLICATE]);
    json_set_int(out, "refused", m->n_refused);
    json_set_int(out, "conflict", m->known.n_conflict);
    json_set_int(out, "with_warnings", m->n_warned);
    json_set_int(out, "findings_total", m->n_finding);
    json_set(out, "by_rule", rules_summary(m));
    json_set(out, "findings", m->shown);
    m->shown = NULL;
    json_set(out, "conflicts", m->known.conflicts);
    m->known.conflicts = NULL;
    json_set(out, "file", intake_description(m->intake));
    json_set(out, "mapping", mapping_to_json(intake_mapping(m->intake), m->c->s->dictionary));
}

/* An upload's rows with their findings are made in memory (S12), for the job to keep. "": there is
 * no such place, or nobody keeps it. */
static const char *place_in_memory(struct call *c)
{
    char lot[UPLOAD_CODE + 1];
    if (c->s->job == NULL || c->s->options.scratch == NULL) return "";
    upload_code_new(lot);
    return arena_printf(c->arena, "%s/%s", c->s->options.scratch, lot);
}

/* "people.csv" -> "people-errors.csv"; always with the ending of what it is. */
static void give_file(struct import *m)
{
    const char *name = m->upload.name, *dot = strrchr(name, '.');
    size_t n = dot == NULL ? strlen(name) : (size_t)(dot - name);
    bool workbook = intake_is_workbook(m->intake);
    int file = open(m->back_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    (void)unlink(m->back_path);
    if (file < 0) return;
    call_gives_file(m->c, file,
                    arena_printf(m->c->arena, "%.*s-errors.%s", (int)n, name,
                                 workbook ? "xlsx" : "csv"),
                    workbook ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                             : "text/csv; charset=utf-8");
}

/* The provider's own file is never written over. */
static bool not_the_file(const char *back, const char *path, struct err *e)
{
    struct stat a, b;
    if (back[0] == '\0' || stat(back, &a) != 0 || stat(path, &b) != 0) return true;
    if (a.st_dev != b.st_dev || a.st_ino != b.st_ino) return true;
    err_set(e, ERR_USAGE, "import.findings_over_file",
            "the file with findings would replace the imported file itself");
    return err_remedy(e, "give it a name of its own");
}

static bool start(struct import *m, struct err *e)
{
    struct call *c = m->c;
    struct service *s = c->s;
    struct intake_options o;
    struct problems problems;
    if (!call_form(&m->form, c, "form", e) || !import_options(&o, &m->upload, c, m->form, e))
        return false;
    const char *back =
        m->upload.file >= 0 ? place_in_memory(c) : json_get_text(c->in, "findings", "");
    m->back_path = back;
    if ((m->upload.file < 0 && !not_the_file(back, o.path, e)) ||
        (back[0] != '\0' && !file_place_to_write(back, e)))
        return false;
    const char *code = json_get_text(c->in, "organisation", "");
    if (!store_organisation_find(&m->organisation, s->store, text_of(code), c->arena, e))
        return false;
    if (!call_sees_organisation(c, m->organisation.organisation_no))
        return err_set(e, ERR_DENIED, "import.organisation",
                       "records of another organisation are not yours to import");
    o.organisation = text_of(m->organisation.code);
    o.organisation_type = text_of(m->organisation.type);
    o.find = import_find;
    o.find_ctx = &m->known;
    if (!import_known_begin(&m->known, c, m->form, e)) return false;
    problems_init(&problems, c->arena);
    call_progress(c, "opening the file", 0, 0);
    bool ok = intake_open(&m->intake, &o, &problems, e);
    if (!ok && problems.n > 0) service_keep_problems(s, &problems);
    problems_release(&problems);
    if (!ok) return false;
    if (back[0] != '\0' && !findings_file_open(&m->back, back, m->intake, c->language, e))
        return false;
    const char *slash = strrchr(o.path, '/');
    struct batch_start start = {.form = m->form,
                                .organisation_no = m->organisation.organisation_no,
                                .actor = m->c->who.actor,
                                .mapping = intake_mapping(m->intake)->name,
                                .file_label = slash == NULL ? o.path : slash + 1,
                                .dry_run = m->dry_run};
    if (!batch_begin(&m->writer, s->store, &start, e)) return false;
    m->known.writer = m->writer;
    m->known.intake = m->intake;
    return true;
}

/* Values that were shown side by side are an entry beside that of the import. */
static bool enter_reading(struct import *m, bool accepted, struct err *e)
{
    struct audit_event read;
    if (!import_known_event(&m->known, &read)) return true;
    if (m->dry_run) m->c->event = read;
    if (m->dry_run || !accepted) return true;
    return audit_append(m->c->s->store, &read, NULL, e);
}

static bool finish(struct import *m, struct err *e)
{
    struct call *c = m->c;
    struct batch_result result = {0};
    bool accepted = !json_get_bool(c->in, "strict", false) || m->n_refused == 0;
    struct batch_writer *w = m->writer;
    if (accepted) {
        m->writer = NULL;
        batch_set_file_sha256(w, intake_sha256(m->intake));
        if (!batch_finish(&result, w, m->n_refused, e)) return false;
        c->event.object_id = arena_printf(c->arena, "%lld", (long long)result.batch_no);
        c->event.count = m->outcome[PUT_NEW] + m->outcome[PUT_CHANGED];
        uint8_t *digest = arena_take(c->arena, sizeof result.digest, 1);
        memcpy(digest, result.digest, sizeof result.digest);
        c->event.digest = digest;
    } else {
        c->roll_back = true;
        c->event.decision = "refused";
    }
    c->event.object_type = "batch";
    c->event.organisation = m->organisation.code;
    if (m->back != NULL) {
        struct findings_file *back = m->back;
        m->back = NULL;
        if (accepted && !m->dry_run && m->upload.file < 0) call_makes(c, m->back_path);
        if (!findings_file_close(back, e)) return false;
        if (m->upload.file >= 0) give_file(m);
    }
    int64_t n = m->outcome[PUT_NEW] + m->outcome[PUT_CHANGED];
    bool due = false;
    if (!enter_reading(m, accepted, e) || !link_is_due(&due, c, m->form, n, e)) return false;
    report(m, &result, accepted);
    json_set_bool(c->out, "link_due", accepted && due);
    if (accepted && !m->dry_run && n > 0) call_link_tell(c, m->form, NULL);
    return true;
}

static bool import_file(struct call *c, bool dry_run, struct err *e)
{
    struct import m = {.c = c, .dry_run = dry_run, .shown = json_array(), .upload = {.file = -1}};
    m.by_rule = mem_new(c->s->dictionary->n_rule, sizeof *m.by_rule);
    findings_init(&m.findings, c->arena);
    bool ok = start(&m, e) && import_rows(&m, e) && finish(&m, e);
    batch_abandon(m.writer);
    findings_file_abandon(m.back);
    intake_close(m.intake);
    upload_close(&m.upload);
    import_known_release(&m.known);
    findings_release(&m.findings);
    mem_free(m.by_rule);
    json_free(m.shown);
    return ok;
}

bool op_import_run(struct call *c, struct err *e)
{
    return import_file(c, false, e);
}

bool op_import_check(struct call *c, struct err *e)
{
    return import_file(c, true, e);
}

bool op_batch_list(struct call *c, struct err *e)
{
    struct batch *batch;
    size_t n;
    if (!store_batch_list(&batch, &n, c->s->store, c->arena, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct form *f = dictionary_form(c->s->dictionary, text_of(batch[i].form));
        if (f == NULL || !call_reads_form(c, f) ||
            !call_sees_organisation(c, batch[i].organisation_no))
            continue;
        struct json *row = json_object();
        char at[INSTANT_TEXT_MAX];
        json_set_int(row, "batch", batch[i].batch_no);
        json_set_text(row, "form", batch[i].form);
        json_set_text(row, "form_title", words_in(&f->title, c->language, f->name));
        json_set_text(row, "organisation", batch[i].organisation);
        json_set_text(row, "file", batch[i].file_label);
        json_set_text(row, "mapping", batch[i].mapping);
        json_set_text(row, "state", batch[i].state);
        instant_format(at, batch[i].created_at);
        json_set_text(row, "at", at);
        json_set_text(row, "actor", batch[i].actor);
        json_set_int(row, "new", batch[i].n_new);
        json_set_int(row, "changed", batch[i].n_changed);
        json_set_int(row, "same", batch[i].n_same);
        json_set_int(row, "refused", batch[i].n_refused);
        json_push(list, row);
    }
    json_set(c->out, "batches", list);
    return true;
}

/* Whoever may not see a data set does not undo its batches either. */
static bool may_undo(struct call *c, int64_t batch_no, struct err *e)
{
    struct batch *batch;
    size_t n;
    if (!store_batch_list(&batch, &n, c->s->store, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        if (batch[i].batch_no != batch_no) continue;
        if (!call_sees_organisation(c, batch[i].organisation_no))
            return store_batch_unknown(e, batch_no);
        const struct form *f = dictionary_form(c->s->dictionary, text_of(batch[i].form));
        return f == NULL || call_may_read_form(c, f, e);
    }
    return true; /* the store says that there is none */
}

bool op_batch_undo(struct call *c, struct err *e)
{
    int64_t withdrawn, reverted, batch_no = json_get_int(c->in, "batch", 0);
    const char *reason = json_get_text(c->in, "reason", "");
    if (!may_undo(c, batch_no, e) ||
        !store_batch_undo(&withdrawn, &reverted, c->s->store, batch_no, c->who.actor, reason, e))
        return false;
    c->event.object_type = "batch";
    c->event.object_id = arena_printf(c->arena, "%lld", (long long)batch_no);
    c->event.purpose = reason;
    c->event.count = withdrawn + reverted;
    json_set_int(c->out, "batch", batch_no);
    json_set_int(c->out, "withdrawn", withdrawn);
    json_set_int(c->out, "reverted", reverted);
    return true;
}
