/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports that are not waited for: starting one, looking at it, its findings, the file given
 * back. */
#include "service/import_call.h"
#include "service/job.h"

#include "base/base64.h"
#include "base/catalogue.h"

#include <string.h>

enum { WAIT_MS = 1200, PAGE = 50, FILE_BYTES_MAX = 24 * 1024 * 1024 };

bool op_import_start(struct call *c, struct err *e)
{
    static const char *const chosen[] = {"form", "organisation"};
    struct upload_view v;
    char code[UPLOAD_CODE + 1];
    bool check = json_get_bool(c->in, "check", false);
    if (!call_upload(&v, c, e)) return false;
    struct json *in = json_object(), *about = json_object();
    json_set(in, "upload", json_copy(json_get(c->in, "upload")));
    json_set(about, "upload", json_copy(json_get(c->in, "upload")));
    json_set_text(about, "name", v.name);
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        json_set_text(in, chosen[i], import_choice(c, v.choices, chosen[i]));
        json_set_text(about, chosen[i], import_choice(c, v.choices, chosen[i]));
    }
    upload_close(&v);
    bool ok = job_start(code, c, check ? "import.check" : "import.run", in, about, WAIT_MS, e);
    if (ok) json_set_text(c->out, "job", code);
    json_free(in);
    json_free(about);
    return ok;
}

static bool look(struct job_view *out, struct call *c, struct err *e)
{
    struct text code = text_of(json_get_text(c->in, "job", ""));
    return job_look(out, service_jobs(c->s), c->who.account_no, call_now(c), code, e);
}

static void put_counts(struct call *c, const struct json *result)
{
    static const char *const number[] = {"rows",      "new",     "changed",       "same",
                                         "duplicate", "refused", "with_warnings", "findings_total",
                                         "batch"};
    struct json *counts = json_object();
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if (json_has(result, number[i]))
            json_set_int(counts, number[i], json_get_int(result, number[i], 0));
    json_set(c->out, "counts", counts);
    json_set(c->out, "by_rule", json_copy(json_get(result, "by_rule")));
    json_set_bool(c->out, "accepted", json_get_bool(result, "accepted", false));
    json_set_bool(c->out, "something",
                  json_get_int(result, "new", 0) + json_get_int(result, "changed", 0) > 0);
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
