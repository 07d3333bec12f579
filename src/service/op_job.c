/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports that are not waited for: starting one, looking at it, its findings, the file given
 * back. */
#include "service/import_call.h"
#include "service/job.h"

#include "base/base64.h"
#include "base/catalogue.h"

#include <string.h>

enum { WAIT_MS = 1200, PAGE = 50, FILE_BYTES_MAX = 24 * 1024 * 1024 };

/* Check or import what was uploaded, as was chosen for it. */
static bool start(char job[UPLOAD_CODE + 1], struct call *c, const char *upload, bool check,
                  struct err *e)
{
    static const char *const chosen[] = {"form", "organisation"};
    struct upload_view v;
    if (!upload_open(&v, service_uploads(c->s), c->who.account_no, call_now(c), text_of(upload),
                     c->arena, e))
        return false;
    struct json *in = json_object(), *about = json_object();
    json_set_text(in, "upload", upload);
    json_set_text(about, "upload", upload);
    json_set_text(about, "name", v.name);
    if (json_has(c->in, "conflicts"))
        json_set(in, "conflicts", json_copy(json_get(c->in, "conflicts")));
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        json_set_text(in, chosen[i], import_choice(c, v.choices, chosen[i]));
        json_set_text(about, chosen[i], import_choice(c, v.choices, chosen[i]));
    }
    upload_close(&v);
    bool ok = job_start(job, c, check ? "import.check" : "import.run", in, about, WAIT_MS, e);
    if (ok) json_set_text(c->out, "job", job);
    json_free(in);
    json_free(about);
    return ok;
}

bool op_import_start(struct call *c, struct err *e)
{
    char job[UPLOAD_CODE + 1];
    return start(job, c, json_get_text(c->in, "upload", ""), json_get_bool(c->in, "check", false),
                 e);
}

static bool look(struct job_view *out, struct call *c, struct err *e)
{
    struct text code = text_of(json_get_text(c->in, "job", ""));
    return job_look(out, service_jobs(c->s), c->who.account_no, call_now(c), code, e);
}

static void put_counts(struct call *c, const struct json *result)
{
    static const char *const number[] = {"rows",           "new",     "changed",  "same",
                                         "duplicate",      "refused", "conflict", "with_warnings",
                                         "findings_total", "batch"};
    struct json *counts = json_object();
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if (json_has(result, number[i]))
            json_set_int(counts, number[i], json_get_int(result, number[i], 0));
    json_set(c->out, "counts", counts);
    json_set(c->out, "by_rule", json_copy(json_get(result, "by_rule")));
    json_set_bool(c->out, "accepted", json_get_bool(result, "accepted", false));
    json_set_bool(c->out, "link_due", json_get_bool(result, "link_due", false));
    json_set_bool(c->out, "something",
                  json_get_int(result, "new", 0) + json_get_int(result, "changed", 0) +
                          json_get_int(result, "conflict", 0) >
                      0);
}

static void put_state(struct call *c, const struct job_view *v)
{
    static const char *const word[] = {[JOB_WORKING] = "working",
                                       [JOB_DONE] = "done",
                                       [JOB_FAILED] = "failed",
                                       [JOB_CANCELLED] = "cancelled"};
    const struct dictionary *d = c->s->dictionary;
    const char *form = json_get_text(v->about, "form", "");
    const struct form *f = dictionary_form(d, text_of(form));
    json_set(c->out, "job", json_copy(json_get(c->in, "job")));
    json_set_text(c->out, "state", word[v->state]);
    json_set_bool(c->out, "check", strcmp(v->operation, "import.check") == 0);
    json_set_text(c->out, "upload", json_get_text(v->about, "upload", ""));
    json_set_text(c->out, "name", json_get_text(v->about, "name", ""));
    json_set_text(c->out, "form", form);
    json_set_text(c->out, "form_title", f == NULL ? "" : words_in(&f->title, c->language, f->name));
    json_set_text(c->out, "organisation", json_get_text(v->about, "organisation", ""));
    json_set_int(c->out, "done", (int64_t)v->done);
    json_set_int(c->out, "total", (int64_t)v->total);
    json_set_int(c->out, "percent", v->total == 0 ? 0 : (int64_t)(v->done * 100 / v->total));
    json_set_bool(c->out, "has_file", v->has_file);
}

bool op_job_show(struct call *c, struct err *e)
{
    struct job_view v;
    if (!look(&v, c, e)) return false;
    put_state(c, &v);
    if (v.state == JOB_DONE) put_counts(c, v.result);
    if (v.state == JOB_FAILED || v.state == JOB_CANCELLED) {
        json_set_text(c->out, "message", v.err.msg);
        json_set_text(c->out, "detail", v.err.detail);
        json_set_text(c->out, "remedy", v.err.remedy);
    }
    job_release(service_jobs(c->s), &v);
    return true;
}

static const char *severity_words(const char *severity)
{
    if (strcmp(severity, "error") == 0) return N_("refused");
    return strcmp(severity, "warning") == 0 ? N_("please check") : N_("note");
}

static struct json *finding_row(const struct json *f)
{
    struct json *row = json_copy(f);
    const char *severity = json_get_text(f, "severity", "");
    json_set_text(row, "severity_text", tr(severity_words(severity)));
    json_set_text(row, "tone", severity[0] == 'e' ? "red" : severity[0] == 'w' ? "yellow" : "grey");
    return row;
}

bool op_job_findings(struct call *c, struct err *e)
{
    struct job_view v;
    const char *rule = json_get_text(c->in, "rule", "");
    int64_t page = json_get_int(c->in, "page", 1), n = 0;
    if (!look(&v, c, e)) return false;
    put_state(c, &v);
    const struct json *all = v.result == NULL ? NULL : json_get(v.result, "findings");
    struct json *list = json_array();
    for (size_t i = 0; all != NULL && i < json_size(all); i++) {
        const struct json *f = json_at(all, i);
        if (rule[0] != '\0' && strcmp(rule, json_get_text(f, "rule", "")) != 0) continue;
        if (n >= (page - 1) * PAGE && n < page * PAGE) json_push(list, finding_row(f));
        n++;
    }
    json_set(c->out, "findings", list);
    json_set_text(c->out, "rule", rule);
    json_set_int(c->out, "found", n);
    json_set_int(c->out, "page", page);
    json_set_int(c->out, "pages", n == 0 ? 1 : (n + PAGE - 1) / PAGE);
    job_release(service_jobs(c->s), &v);
    return true;
}

bool op_job_conflicts(struct call *c, struct err *e)
{
    enum { CONFLICTS_PAGE = 20 };
    struct job_view v;
    size_t page = (size_t)json_get_int(c->in, "page", 1), n = 0;
    if (!look(&v, c, e)) return false;
    put_state(c, &v);
    const struct json *all = v.result == NULL ? NULL : json_get(v.result, "conflicts");
    struct json *list = json_array();
    if (all != NULL) n = json_size(all);
    for (size_t i = (page - 1) * CONFLICTS_PAGE; i < n && i < page * CONFLICTS_PAGE; i++)
        json_push(list, json_copy(json_at(all, i)));
    json_set(c->out, "conflicts", list);
    json_set_int(c->out, "found", (int64_t)n);
    json_set_int(c->out, "page", (int64_t)page);
    json_set_int(c->out, "pages",
                 n == 0 ? 1 : (int64_t)((n + CONFLICTS_PAGE - 1) / CONFLICTS_PAGE));
    job_release(service_jobs(c->s), &v);
    return true;
}

bool op_job_file(struct call *c, struct err *e)
{
    struct job_view v;
    const char *name = NULL, *type = NULL;
    if (!look(&v, c, e)) return false;
    struct buf file, text;
    buf_init_wiped(&file, FILE_BYTES_MAX);
    buf_init_wiped(&text, 2 * (size_t)FILE_BYTES_MAX);
    bool ok = job_file(&file, &name, &type, &v, e);
    if (ok) {
        base64_put(&text, buf_text(&file));
        json_set_text(c->out, "name", name);
        json_set_text(c->out, "type", type);
        json_set(c->out, "base64", json_text(buf_text(&text)));
        c->event.object_type = "file";
        c->event.count = 1;
    }
    buf_release(&file);
    buf_release(&text);
    job_release(service_jobs(c->s), &v);
    return ok;
}

bool op_job_cancel(struct call *c, struct err *e)
{
    struct text code = text_of(json_get_text(c->in, "job", ""));
    json_set(c->out, "job", json_text(code));
    return job_cancel(service_jobs(c->s), c->who.account_no, call_now(c), code, e);
}

/* ---- for programs: a file and all that is to be said of it at once ---- */

static bool put_whole(char upload[UPLOAD_CODE + 1], struct call *c, struct err *e)
{
    struct buf bytes;
    const char *given = json_get_text(c->in, "bytes", "");
    if (c->who.account_no == 0)
        return err_set(e, ERR_USAGE, "upload.account", "files are uploaded by who has an account");
    buf_init_wiped(&bytes, UPLOAD_PIECE_MAX);
    bool ok = base64_take(&bytes, text_of(given)) && buf_ok(&bytes, NULL);
    if (!ok)
        err_set(e, ERR_INPUT, "upload.bytes", "the piece is not base 64, or longer than %d KiB",
                UPLOAD_PIECE_MAX >> 10);
    struct upload_piece p = {.code = "",
                             .name = json_get_text(c->in, "name", ""),
                             .bytes = buf_text(&bytes),
                             .last = true};
    ok = ok && upload_put(upload, service_uploads(c->s), c->who.account_no, call_now(c), &p, e);
    buf_release(&bytes);
    return ok;
}

static bool may_supply(struct call *c, struct err *e)
{
    struct organisation o;
    const struct form *f;
    struct text code = text_of(json_get_text(c->in, "organisation", ""));
    if (!call_form(&f, c, "form", e)) return false;
    if (!store_begin(c->s->store, false, e)) return false;
    bool ok = store_organisation_find(&o, c->s->store, code, c->arena, e);
    store_rollback(c->s->store);
    if (!ok || call_sees_organisation(c, o.organisation_no)) return ok;
    return err_set(e, ERR_DENIED, "import.organisation",
                   "records of another organisation are not yours to import");
}

bool op_import_submit(struct call *c, struct err *e)
{
    static const char *const chosen[] = {"form",  "organisation", "encoding",  "separator",
                                         "sheet", "mapping",      "date_order"};
    char code[UPLOAD_CODE + 1], job[UPLOAD_CODE + 1];
    const char *upload = json_get_text(c->in, "upload", "");
    if (json_has(c->in, "upload") == json_has(c->in, "bytes")) {
        err_set(e, ERR_USAGE, "import.one_file", "no file was named to import");
        return err_remedy(e, "send its bytes, or name one upload");
    }
    if (!may_supply(c, e)) return false;
    if (json_has(c->in, "bytes")) {
        if (!put_whole(code, c, e)) return false;
        upload = code;
    }
    struct json *choices = json_object();
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
        if (json_has(c->in, chosen[i]))
            json_set(choices, chosen[i], json_copy(json_get(c->in, chosen[i])));
    bool ok = upload_choose(service_uploads(c->s), c->who.account_no, call_now(c), text_of(upload),
                            choices, e) &&
              start(job, c, upload, true, e);
    json_free(choices);
    if (ok) json_set_text(c->out, "upload", upload);
    return ok;
}

bool op_import_confirm(struct call *c, struct err *e)
{
    struct job_view v;
    char job[UPLOAD_CODE + 1];
    if (!look(&v, c, e)) return false;
    const char *upload = arena_printf(c->arena, "%s", json_get_text(v.about, "upload", ""));
    bool checked = v.state == JOB_DONE && strcmp(v.operation, "import.check") == 0;
    job_release(service_jobs(c->s), &v);
    if (!checked) {
        err_set(e, ERR_CONFLICT, "import.not_checked", "this is no check that has come to its end");
        return err_remedy(e, "wait for its end; what is imported already is not imported again");
    }
    json_set_text(c->out, "upload", upload);
    return start(job, c, upload, false, e);
}
