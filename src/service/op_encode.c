/* SPDX-License-Identifier: EUPL-1.2 */
/* Encodings where names may not be handed over: the key of this register for an organisation, the
 * organisation's file without names and with encodings instead, and encodings for records that were
 * kept before there were any. */
#include "service/encodings.h"
#include "service/import_call.h"
#include "service/job.h"
#include "service/shared.h"

#include "base/catalogue.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/encoding.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ROW_BYTES = 64 << 20,
    PROGRESS_ROWS = 512,
    REMARKS_SHOWN = 200,
    TEXT_CHARACTERS = 4000, /* of a value */
    AGAIN_RECORDS = 2000    /* of one transaction */
};

/* ---- a file without names ---- */

struct encode {
    struct call *c;
    const struct dictionary *d;
    const struct form *form;
    struct intake *intake;
    struct encodings *encodings;
    struct file_sink *out;
    bool *keep; /* by column of the file */
    struct buf row;
    struct arena *scratch; /* wiping */
    struct json *remarks;
    int64_t n_row, n_encoded, n_remark;
};

static bool is_ours(struct text header)
{
    return text_equal_nocase(header, TEXT("_id")) || text_equal_nocase(header, TEXT("_version")) ||
           text_equal_nocase(header, TEXT("_position"));
}

/* Columns that lead to a direct identifier go, and so does what nobody knows: it may hold a name.
 * The answer names what went, for people to look at. */
static void choose_columns(struct encode *x)
{
    const struct mapping *m = intake_mapping(x->intake);
    struct json *left_out = json_array();
    x->keep = ARENA_ARRAY(x->c->arena, bool, m->n_header);
    for (size_t i = 0; i < m->n_header; i++)
        x->keep[i] = m->use[i] == MAPPING_RESERVED && is_ours(m->header[i]);
    for (size_t i = 0; i < m->n_target; i++) {
        const struct mapping_target *t = &m->target[i];
        if (t->source == MAPPING_COLUMN) x->keep[t->column] = true;
    }
    for (size_t i = 0; i < m->n_target; i++) { /* a column may lead to several */
        const struct mapping_target *t = &m->target[i];
        if (t->source == MAPPING_COLUMN && (x->d->variable[t->var].privacy & PRIVACY_D) != 0)
            x->keep[t->column] = false;
    }
    for (size_t i = 0; i < m->n_header; i++)
        if (!x->keep[i]) json_push(left_out, json_text(m->header[i]));
    json_set(x->c->out, "left_out", left_out);
}

static void put(struct encode *x, struct text t, bool *first)
{
    double number;
    bool negative = t.n > 1 && t.p[0] == '-' && text_to_double(t, &number); /* no formula (S65) */
    if (negative) csv_put_number(&x->row, t, ',', *first);
    else csv_put(&x->row, t, ',', CSV_SAFE, *first);
    *first = false;
}

static bool end_row(struct encode *x, struct err *e)
{
    csv_end_row(&x->row);
    if (!buf_ok(&x->row, e)) return false;
    file_sink_put(x->out, buf_text(&x->row));
    buf_clear(&x->row);
    return true;
}

static bool put_header(struct encode *x, struct err *e)
{
    const struct mapping *m = intake_mapping(x->intake);
    bool first = true;
    for (size_t i = 0; i < m->n_header; i++)
        if (x->keep[i]) put(x, m->header[i], &first);
    put(x, TEXT(MATCH_KEY), &first);
    return end_row(x, e);
}

/* Where and what; never what stands there. */
static void remark(struct encode *x, uint64_t row, uint32_t column, const char *message)
{
    const struct mapping *m = intake_mapping(x->intake);
    x->n_remark++;
    if (json_size(x->remarks) >= REMARKS_SHOWN) return;
    struct json *j = json_object();
    json_set_int(j, "row", (int64_t)row);
    if (column > 0 && column <= m->n_header)
        json_set(j, "column", json_text(m->header[column - 1]));
    json_set_text(j, "message", message);
    json_push(x->remarks, j);
}

/* An identifier that could not be read is not in the encoding, and not in the file. */
static void remark_unread(struct encode *x, const struct intake_row *row)
{
    struct buf words;
    buf_init(&words, 4000);
    for (size_t i = 0; i < row->findings->n; i++) {
        const struct finding *f = &row->findings->item[i];
        if (f->var == VAR_NONE || f->level != SEVERITY_E ||
            (x->d->variable[f->var].privacy & PRIVACY_D) == 0)
            continue;
        buf_clear(&words);
        finding_words(&words, x->d, f, x->c->language);
        remark(x, row->row, f->column, words.p == NULL ? "" : words.p);
    }
    buf_release(&words);
}

static bool put_row(struct encode *x, const struct intake_row *row, struct err *e)
{
    const struct mapping *m = intake_mapping(x->intake);
    struct arena_mark mark = arena_mark(x->scratch);
    bool first = true;
    for (size_t i = 0; i < m->n_header; i++)
        if (x->keep[i]) put(x, i < row->n_cell ? row->cell[i] : (struct text){"", 0}, &first);
    struct text bytes = encodings_make(x->encodings, row->record, x->scratch), t = {"", 0};
    if (bytes.n > 0) t = encoding_to_text(bytes, x->scratch);
    if (t.n > TEXT_CHARACTERS) {
        t.n = 0;
        remark(x, row->row, 0,
               tr("Too many names and numbers for one row: it has no linkage key."));
    }
    put(x, t, &first);
    x->n_row++;
    x->n_encoded += t.n > 0;
    arena_rewind(x->scratch, mark);
    return end_row(x, e);
}

static bool put_rows(struct encode *x, struct err *e)
{
    for (;;) {
        struct intake_row row;
        bool found;
        if (!intake_next(x->intake, &row, &found, e)) return false;
        if (!found) return true;
        remark_unread(x, &row);
        if (!put_row(x, &row, e)) return false;
        if (x->n_row % PROGRESS_ROWS == 0)
            call_progress(x->c, "rows", intake_bytes_read(x->intake),
                          intake_bytes_total(x->intake));
    }
}

/* "cases.xlsx" becomes "cases-encoded.csv". */
static const char *place_of(struct call *c, const char *path)
{
    const char *out = json_get_text(c->in, "out", "");
    if (out[0] != '\0') return out;
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash == NULL ? path : slash, '.');
    size_t n = dot == NULL ? strlen(path) : (size_t)(dot - path);
    return arena_printf(c->arena, "%.*s-encoded.csv", (int)n, path);
}

static bool another_file(const char *out, const char *path, struct err *e)
{
    struct stat a, b;
    if (stat(out, &a) != 0 || stat(path, &b) != 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
        return true;
    err_set(e, ERR_USAGE, "encode.over_file", "the file without names would replace %s itself",
            path);
    return err_remedy(e, "give it a name of its own with --out");
}

static bool is_linked(const struct encode *x, struct err *e)
{
    if (encodings_of_form(x->encodings, x->form)) return true;
    err_set(e, ERR_USAGE, "encode.form", "records of form %s are not linked", x->form->name);
    return err_remedy(e, "name the form victim or suspect");
}

static bool open_file(struct encode *x, const char *path, struct err *e)
{
    struct intake_options o;
    struct upload_view none;
    struct problems problems;
    if (!import_options(&o, &none, x->c, x->form, e)) return false;
    o.path = path;
    o.dictionary = x->d;
    problems_init(&problems, x->c->arena);
    call_progress(x->c, "opening the file", 0, 0);
    bool ok = intake_open(&x->intake, &o, &problems, e);
    if (!ok && problems.n > 0) service_keep_problems(x->c->s, &problems);
    problems_release(&problems);
    return ok;
}

static bool encode_file(struct encode *x, const char *path, const char *place, struct err *e)
{
    if (!another_file(place, path, e) || !file_place_to_write(place, e) || !is_linked(x, e) ||
        !open_file(x, path, e))
        return false;
    choose_columns(x);
    if (!file_sink_open(&x->out, place, e)) return false;
    bool ok = put_header(x, e) && put_rows(x, e);
    struct file_sink *out = x->out;
    x->out = NULL;
    if (!ok) file_sink_abandon(out);
    return ok && file_sink_close(out, e);
}

/* Nothing of it is kept, and no repository is needed: the organisation does it where its data
 * are. */
bool op_encode_file(struct call *c, struct err *e)
{
    struct encode x = {.c = c, .remarks = json_array()};
    struct dictionary *own = NULL;
    struct secret *key = NULL;
    const char *path = json_get_text(c->in, "file", ""), *place = place_of(c, path);
    buf_init_wiped(&x.row, ROW_BYTES);
    x.scratch = arena_new(ARENA_WIPE);
    bool ok = call_dictionary(&x.d, &own, c, e) &&
              call_form_named(&x.form, x.d, json_get_text(c->in, "form", ""), e) &&
              linkage_key_read(&key, json_get_text(c->in, "key_file", ""), e);
    if (ok) {
        x.encodings = encodings_new(x.d, key);
        ok = encode_file(&x, path, place, e);
    }
    if (ok) {
        json_set_text(c->out, "file", place);
        json_set_text(c->out, "form", x.form->name);
        json_set_int(c->out, "rows", x.n_row);
        json_set_int(c->out, "encoded", x.n_encoded);
        json_set_int(c->out, "without", x.n_row - x.n_encoded);
        json_set_int(c->out, "remarks_total", x.n_remark);
        json_set(c->out, "remarks", x.remarks);
        x.remarks = NULL;
    }
    json_free(x.remarks);
    intake_close(x.intake);
    encodings_free(x.encodings);
    secret_free(key);
    buf_release(&x.row);
    arena_free(x.scratch);
    dictionary_free(own);
    return ok;
}

/* ---- the key, handed out ---- */

static bool no_key(struct err *e)
{
    err_set(e, ERR_CONFLICT, "link.no_key", "the keyring has no key for linkage");
    return err_remedy(e, "it gets one when it is opened where it can be written");
}

/* A new file of 0600: what is there already is never touched. */
static bool write_new(const char *path, struct text content, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        err_set(e, ERR_CONFLICT, "link.key_there", "there is a file %s already", path);
        return err_remedy(e, "name a file that is not there yet");
    }
    if (fd < 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "link.key_file", "could not make %s", path);
    bool ok = write(fd, content.p, content.n) == (ssize_t)content.n && fsync(fd) == 0;
    if (!ok) err_set_errno(e, ERR_SYSTEM, errno, "link.key_file", "could not write %s", path);
    (void)close(fd);
    if (!ok) (void)unlink(path);
    return ok;
}

/* Whoever has it can test whether a name is in a file of encodings. The entry comes first: a key
 * that is handed out cannot be taken back. */
bool op_link_key(struct call *c, struct err *e)
{
    const struct secret *key = keyring_key(store_keyring(c->s->store), KEY_LINKAGE);
    const char *path = json_get_text(c->in, "out", "");
    uint8_t fingerprint[ENCODING_FINGERPRINT];
    char hex[2 * ENCODING_FINGERPRINT + 1];
    struct buf text;
    if (key == NULL) return no_key(e);
    if (!file_place(path, e)) return false;
    encoding_fingerprint(fingerprint, key);
    crypto_hex(hex, fingerprint, sizeof fingerprint);
    c->event.object_type = "key";
    c->event.object_id = arena_printf(c->arena, "%s", hex);
    if (!call_entry_first(c, e)) return false;
    buf_init_wiped(&text, 1024);
    linkage_key_write(&text, key);
    bool ok = buf_ok(&text, e) && write_new(path, buf_text(&text), e);
    buf_release(&text);
    if (!ok) return false;
    json_set_text(c->out, "file", path);
    json_set_text(c->out, "fingerprint", hex);
    return true;
}

/* ---- records from before ---- */

static bool again(struct encode_again *x, struct call *c, const struct form *f, struct err *e)
{
    struct store *st = c->s->store;
    *x = (struct encode_again){0};
    while (!x->done) {
        if (!call_goes_on(c, e)) return false;
        service_drop_snapshots(c->s);
        shared_write_begin(c->s->shared);
        bool ok = store_begin(st, true, e);
        if (ok && !(store_encode_again(x, st, f, AGAIN_RECORDS, e) && store_commit(st, e))) {
            store_rollback(st);
            ok = false;
        }
        shared_write_end(c->s->shared);
        if (!ok) return false;
        call_progress(c, "records", (uint64_t)x->n_record, 0);
    }
    return true;
}

/* Opens the identifiers of all records of the forms, for that alone: nobody is shown them. */
bool op_link_encode(struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    const struct form *only = NULL;
    struct json *forms = json_array();
    if (c->s->encodings == NULL) {
        json_free(forms);
        return no_key(e);
    }
    bool ok = call_form_named(&only, d, json_get_text(c->in, "form", ""), e);
    c->event.object_type = "records";
    c->event.object_id = only == NULL ? "" : only->name;
    c->event.fields = "encodings";
    ok = ok &&
         store_record_count(&c->event.count, c->s->store, only == NULL ? FORM_NONE : only->id, e) &&
         call_entry_first(c, e);
    for (size_t i = 0; ok && i < d->n_form; i++) {
        const struct form *f = &d->form[i];
        struct encode_again x;
        if ((only != NULL && only != f) || !encodings_of_form(c->s->encodings, f)) continue;
        ok = call_may_read_form(c, f, e) && again(&x, c, f, e);
        if (!ok) break;
        struct json *row = json_object();
        json_set_text(row, "form", f->name);
        json_set_int(row, "records", x.n_record);
        json_set_int(row, "opened", x.n_open);
        json_set_int(row, "encoded", x.n_made);
        json_push(forms, row);
    }
    if (ok) json_set(c->out, "forms", forms);
    else json_free(forms);
    return ok;
}
