/* SPDX-License-Identifier: EUPL-1.2 */
/* Linkage on the command line: what a run found, pairs and persons, and reviewing pair by pair. */
#include "cli/command.h"
#include "cli/unlock.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/unicode.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROWS(list, ...)                                                   \
    do {                                                                  \
        static const struct show_column columns[] = {__VA_ARGS__};        \
        terminal_rows(list, columns, sizeof columns / sizeof columns[0]); \
    } while (0)

static const char *text_in(const struct json *j, const char *key)
{
    return json_get_text(j, key, "");
}

static long long int_in(const struct json *j, const char *key)
{
    return (long long)json_get_int(j, key, 0);
}

static void line(const char *text)
{
    if (text[0] == '\0') return;
    terminal_puts(text);
    putchar('\n');
}

/* ---- runs ---- */

int show_link_run(const struct invocation *v, const struct json *r)
{
    const struct json *runs = json_get(r, "runs");
    (void)v;
    for (size_t i = 0; i < json_size(runs); i++) {
        const struct json *run = json_at(runs, i);
        terminal_puts(text_in(run, "form_title"));
        printf(": ");
        line(text_in(run, "message"));
        if (json_has(run, "before"))
            printf(tr("    persons counted: %lld before, %lld %s\n"), int_in(run, "before"),
                   int_in(run, "persons"),
                   json_get_bool(run, "dry_run", false) ? tr("by this run alone") : tr("now"));
        if (!json_get_bool(run, "automatic_allowed", false))
            printf("    %s\n",
                   tr("The pack lets people decide every pair: see `dcim link review`."));
    }
    return 0;
}

int show_link_runs(const struct invocation *v, const struct json *r)
{
    (void)v;
    ROWS(json_get(r, "runs"), {"run", N_("Run"), true}, {"form", N_("Form"), false},
         {"at", N_("At"), false}, {"by", N_("By"), false}, {"records", N_("Records"), true},
         {"pairs", N_("Pairs"), true}, {"automatic", N_("Joined"), true});
    return 0;
}

/* ---- lists ---- */

int show_link_pairs(const struct invocation *v, const struct json *r)
{
    const struct json *counts = json_get(r, "counts");
    (void)v;
    if (json_has(r, "has_run") && !json_get_bool(r, "has_run", false)) {
        line(tr("Linkage has not been run yet: `dcim link run` does it."));
        return 0;
    }
    ROWS(json_get(r, "pairs"), {"a", N_("Record"), false}, {"organisation_a", N_("By"), false},
         {"b", N_("Record"), false}, {"organisation_b", N_("By"), false},
         {"weight_words", N_("Weight"), true}, {"chance", N_("One person"), false},
         {"state_words", N_("Decided"), false});
    putchar('\n');
    printf(tr_n("%lld pair fits, %zu is shown.", "%lld pairs fit, %zu are shown.",
                int_in(r, "count")),
           int_in(r, "count"), json_size(json_get(r, "pairs")));
    if (json_has(r, "counts"))
        printf(tr(" Waiting: %lld to be decided, %lld unsure, %lld for a second person; %lld "
                  "contradictions."),
               int_in(counts, "open"), int_in(counts, "unsure"), int_in(counts, "confirm"),
               int_in(counts, "conflicts"));
    putchar('\n');
    if (text_in(r, "next")[0] != '\0') {
        printf(tr("More: --after \"%s\""), text_in(r, "next"));
        putchar('\n');
    }
    return 0;
}

static void show_decision(const struct json *d)
{
    printf("  ");
    terminal_puts(text_in(d, "at"));
    printf("  ");
    terminal_puts(text_in(d, "verdict_words"));
    printf(", ");
    terminal_puts(text_in(d, "by"));
    if (text_in(d, "reason")[0] != '\0') {
        printf(": ");
        terminal_puts(text_in(d, "reason"));
    }
    putchar('\n');
    if (json_get_bool(d, "confirmed", false)) {
        printf("    %s ", tr("confirmed by"));
        line(text_in(d, "confirmed_by"));
    }
    if (json_get_bool(d, "confirm", false))
        printf("    %s\n", tr("waits for a second person, and does not count until then"));
    if (json_get_bool(d, "held", false))
        printf("    %s\n", tr("held back: another decision keeps the two apart"));
    if (json_get_bool(d, "undone", false)) {
        printf("    %s ", tr("taken back by"));
        terminal_puts(text_in(d, "undone_by"));
        printf(": ");
        line(text_in(d, "undone_reason"));
    }
}

int show_link_decisions(const struct invocation *v, const struct json *r)
{
    const struct json *list = json_get(r, "decisions");
    (void)v;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *d = json_at(list, i);
        printf("%s (%s) - %s (%s)\n", text_in(d, "a"), text_in(d, "organisation_a"),
               text_in(d, "b"), text_in(d, "organisation_b"));
        show_decision(d);
    }
    if (json_size(list) == 0) line(tr("Nothing has been decided."));
    if (text_in(r, "next")[0] != '\0') {
        printf(tr("More: --after \"%s\""), text_in(r, "next"));
        putchar('\n');
    }
    return 0;
}

int show_link_conflicts(const struct invocation *v, const struct json *r)
{
    const struct json *list = json_get(r, "conflicts");
    (void)v;
    if (json_size(list) == 0) line(tr("No decisions contradict each other."));
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *k = json_at(list, i);
        line(text_in(k, "sentence"));
        show_decision(k);
        printf("  ");
        terminal_puts(text_in(k, "against_at"));
        printf("  %s, ", tr("Different persons"));
        terminal_puts(text_in(k, "against_by"));
        if (text_in(k, "against_reason")[0] != '\0') {
            printf(": ");
            terminal_puts(text_in(k, "against_reason"));
        }
        putchar('\n');
    }
    return 0;
}

/* ---- a pair ---- */

static void show_side(const struct json *s)
{
    printf("  %s  ", text_in(s, "record"));
    terminal_puts(text_in(s, "organisation_name"));
    printf(" (");
    terminal_puts(text_in(s, "organisation_kind"));
    printf("), ");
    printf(tr("registered %s, changed %s"), text_in(s, "registered"), text_in(s, "changed"));
    if (int_in(s, "person_records") > 1)
        printf(tr("; one of %lld records of a person"), int_in(s, "person_records"));
    putchar('\n');
}

static void show_pair(const struct json *r)
{
    const struct json *rows = json_get(r, "rows"), *decisions = json_get(r, "decisions");
    struct json *said = json_array();
    printf("\n%s - %s   ", text_in(r, "a"), text_in(r, "b"));
    terminal_puts(text_in(r, "state_words"));
    printf("\n\n");
    show_side(json_get(r, "left"));
    show_side(json_get(r, "right"));
    putchar('\n');
    if (json_get_bool(r, "compared", false)) {
        line(text_in(r, "why"));
        putchar('\n');
        ROWS(json_get(r, "fields"), {"label", N_("Compared"), false},
             {"weight_words", N_("Weight"), true}, {"level_words", N_("How it agrees"), false});
    } else {
        line(tr("Linkage has not compared these two, or they are far apart."));
    }
    putchar('\n');
    for (size_t i = 0; i < json_size(rows); i++) {
        struct json *row = json_copy(json_at(rows, i));
        json_set_text(row, "mark",
                      json_get_bool(row, "agrees", false)    ? "="
                      : json_get_bool(row, "differs", false) ? "#"
                                                             : "");
        json_push(said, row);
    }
    ROWS(said, {"label", N_("Variable"), false}, {"mark", "", false},
         {"left", N_("First record"), false}, {"right", N_("Second record"), false});
    json_free(said);
    if (json_get_bool(r, "together", false)) printf("\n%s\n", tr("They count as one person now."));
    if (json_size(decisions) > 0) printf("\n%s\n", tr("Decided so far"));
    for (size_t i = 0; i < json_size(decisions); i++) show_decision(json_at(decisions, i));
}

int show_link_pair(const struct invocation *v, const struct json *r)
{
    (void)v;
    show_pair(r);
    return 0;
}

/* Exit status 1: somebody had decided meanwhile, and nothing was written. */
int show_link_done(const struct invocation *v, const struct json *r)
{
    (void)v;
    if (json_get_bool(r, "conflict", false)) {
        printf(tr("Nothing was written: %s decided meanwhile (%s)."),
               text_in(r, "by")[0] == '\0' ? tr("somebody") : text_in(r, "by"),
               text_in(r, "verdict_words"));
        putchar('\n');
        return 1;
    }
    printf("%s - %s: ", text_in(r, "a"), text_in(r, "b"));
    line(text_in(r, "verdict_words"));
    if (json_get_bool(r, "confirm", false))
        line(tr("It waits for a second person, and does not count until then."));
    if (json_get_bool(r, "held", false))
        line(tr("They remain two persons: somebody has decided that some of their records are "
                "different persons. `dcim link conflicts` shows it."));
    printf(tr_n("%lld pair waits.", "%lld pairs wait.", int_in(r, "open")), int_in(r, "open"));
    putchar('\n');
    return 0;
}

/* ---- a person ---- */

int show_link_person(const struct invocation *v, const struct json *r)
{
    const struct json *records = json_get(r, "records"), *values = json_get(r, "values"),
                      *decisions = json_get(r, "decisions");
    struct json *shown = json_array();
    (void)v;
    printf(tr_n("%lld record is this person; organisations: %lld.",
                "%lld records are this person; organisations: %lld.", int_in(r, "count")),
           int_in(r, "count"), int_in(r, "organisations"));
    putchar('\n');
    for (size_t i = 0; i < json_size(records); i++) show_side(json_at(records, i));
    for (size_t i = 0; i < json_size(values); i++) {
        struct json *row = json_copy(json_at(values, i));
        json_set_text(row, "mark",
                      json_get_bool(row, "open", false)     ? "#"
                      : json_get_bool(row, "chosen", false) ? "*"
                                                            : "");
        json_push(shown, row);
    }
    putchar('\n');
    ROWS(shown, {"label", N_("Variable"), false}, {"mark", "", false},
         {"value", N_("Holds for the person"), false}, {"rule_words", N_("Rule"), false});
    json_free(shown);
    if (int_in(r, "conflicts") > 0) {
        printf(
            tr_n("\n%lld of them (#) holds answers that contradict each other in what one person "
                 "has but one of.",
                 "\n%lld of them (#) hold answers that contradict each other in what one person "
                 "has but one of.",
                 int_in(r, "conflicts")),
            int_in(r, "conflicts"));
        putchar('\n');
    }
    if (json_size(decisions) > 0) printf("\n%s\n", tr("Decided so far"));
    for (size_t i = 0; i < json_size(decisions); i++) show_decision(json_at(decisions, i));
    return 0;
}

/* The different answers, who gives each, and what was chosen of them. */
static void show_answers(const struct json *value)
{
    const struct json *options = json_get(value, "options"), *choices = json_get(value, "choices");
    for (size_t i = 0; i < json_size(options); i++) {
        const struct json *option = json_at(options, i), *said = json_get(option, "said");
        printf("  %s ", json_get_bool(option, "counts", false) ? "*" : " ");
        line(text_in(option, "value"));
        for (size_t k = 0; k < json_size(said); k++) {
            const struct json *one = json_at(said, k);
            printf("      %s  ", text_in(one, "record"));
            terminal_puts(text_in(one, "organisation"));
            printf("  %s%s\n", text_in(one, "registered"),
                   json_get_bool(one, "later", false) ? tr("  joined since") : "");
        }
    }
    for (size_t i = 0; i < json_size(choices); i++) {
        const struct json *c = json_at(choices, i);
        printf("    %s  %s, ", text_in(c, "at"), tr("chosen by"));
        terminal_puts(text_in(c, "by"));
        printf(" (%s): ", text_in(c, "record"));
        line(text_in(c, "reason"));
        if (!json_get_bool(c, "withdrawn", false)) continue;
        printf("    %s ", tr("taken back by"));
        terminal_puts(text_in(c, "withdrawn_by"));
        printf(": ");
        line(text_in(c, "withdrawn_reason"));
    }
    if (json_get_bool(value, "reopened", false))
        printf("    %s\n", tr("To be looked at again: a record joined since it was chosen."));
}

int show_link_values(const struct invocation *v, const struct json *r)
{
    const struct json *list = json_get(r, "conflicts");
    (void)v;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *value = json_at(list, i);
        printf("%s  ", text_in(value, "record"));
        terminal_puts(text_in(value, "label"));
        printf(" (%s), ", text_in(value, "variable"));
        line(text_in(value, "rule_words"));
        show_answers(value);
    }
    printf(tr_n("%lld person fits; with records that contradict each other: %lld, settled: %lld.",
                "%lld persons fit; with records that contradict each other: %lld, settled: %lld.",
                int_in(r, "count")),
           int_in(r, "count"), int_in(r, "open"), int_in(r, "settled"));
    putchar('\n');
    if (text_in(r, "next")[0] != '\0') {
        printf(tr("More: --after \"%s\""), text_in(r, "next"));
        putchar('\n');
    }
    return 0;
}

/* Exit status 1: somebody had chosen meanwhile, and nothing was written. */
int show_link_choice(const struct invocation *v, const struct json *r)
{
    const struct json *value = json_get(r, "value");
    (void)v;
    if (json_get_bool(r, "conflict", false))
        line(tr("Nothing was written: somebody has chosen meanwhile."));
    terminal_puts(text_in(value, "label"));
    printf(": ");
    terminal_puts(text_in(value, "value"));
    printf(", ");
    line(text_in(value, "rule_words"));
    show_answers(value);
    return json_get_bool(r, "conflict", false) ? 1 : 0;
}

/* ---- how good it is ---- */

static double share(const struct json *j, const char *key)
{
    return 100 * json_get_number(j, key, 0);
}

static void show_estimates(const struct json *f)
{
    const struct json *above = json_get(f, "above"), *review = json_get(f, "review"),
                      *seen = json_get(f, "reviewed"), *p = json_get(seen, "precision");
    printf(
        tr("  Joined by itself (weight from %.1f): %.1f %% are right, %.1f %% of all there are\n"),
        json_get_number(f, "upper", 0), share(above, "precision"), share(above, "recall"));
    printf(
        tr("  With all pairs put before people (from %.1f): %.1f %% are one person, %.1f %% of all "
           "there are\n"),
        json_get_number(f, "lower", 0), share(review, "precision"), share(review, "recall"));
    if (json_get_bool(seen, "has_above", false))
        printf(tr("  Of a sample that people reviewed: %.1f %% right (between %.1f and %.1f)\n"),
               share(p, "value"), share(p, "from"), share(p, "to"));
    else printf("  %s\n", tr("Nobody has reviewed a sample yet: `dcim link sample` draws one."));
}

static void show_quality_of(const struct json *f)
{
    const struct json *n = json_get(f, "counts"), *d = json_get(f, "decided");
    terminal_puts(text_in(f, "form_title"));
    printf("\n");
    printf(tr("  %lld records are %lld persons; by match keys alone they would be %lld\n"),
           int_in(n, "records"), int_in(n, "persons"), int_in(n, "persons_before"));
    printf(tr("  %lld persons have several records, %lld are known to several organisations\n"),
           int_in(n, "of_several"), int_in(n, "across"));
    if (!json_get_bool(f, "has_run", false)) {
        printf("  %s\n\n", tr("Linkage has not been run yet: `dcim link run` does it."));
        return;
    }
    show_estimates(f);
    printf(tr("  Pairs: %lld the same, %lld different, %lld unsure; %lld wait, %lld for a second "
              "person; %lld contradictions\n\n"),
           int_in(d, "same"), int_in(d, "different"), int_in(d, "unsure"), int_in(d, "open"),
           int_in(d, "confirm"), int_in(d, "conflicts"));
    ROWS(json_get(f, "organisations"), {"organisation", N_("Organisation"), false},
         {"records", N_("Records"), true}, {"persons", N_("Persons"), true},
         {"shared", N_("Known elsewhere too"), true});
    putchar('\n');
}

int show_link_quality(const struct invocation *v, const struct json *r)
{
    const struct json *forms = json_get(r, "forms");
    (void)v;
    for (size_t i = 0; i < json_size(forms); i++) show_quality_of(json_at(forms, i));
    return 0;
}

/* ---- reviewing ---- */

enum { LINE_MAX_BYTES = 600 };

struct review {
    struct invocation *v;
    struct service *service;
    struct json *pair; /* that is shown */
    bool terminal;
    int64_t decided;
};

/* A line of standard input without its end; false at the end of it. What is longer is cut. */
static bool read_line(char *out, size_t size)
{
    if (fgets(out, (int)size, stdin) == NULL) return false;
    size_t n = strcspn(out, "\r\n");
    if (out[n] == '\0' && n + 1 == size)
        for (int c = getchar(); c != '\n' && c != EOF;) c = getchar();
    out[n] = '\0';
    return true;
}

static bool call(struct json **out, struct review *w, const char *operation, struct json *in,
                 struct err *e)
{
    bool ok = service_call(out, w->service, operation, in, NULL, e);
    json_free(in);
    return ok;
}

static void say_json(const struct json *j)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    json_write(&text, j, false);
    printf("%s\n", text.p == NULL ? "{}" : text.p);
    (void)fflush(stdout);
    buf_release(&text);
}

static bool show(struct review *w, const char *a, const char *b, struct err *e)
{
    struct json *in = json_object();
    json_free(w->pair);
    w->pair = NULL;
    json_set_text(in, "a", a);
    json_set_text(in, "b", b);
    if (!call(&w->pair, w, "link.pair", in, e)) return false;
    if (w->v->globals.json) say_json(w->pair);
    else show_pair(w->pair);
    return true;
}

static bool first(bool *found, struct review *w, struct err *e)
{
    struct json *in = json_object(), *queue;
    const char *form = json_get_text(w->v->own, "form", NULL);
    *found = false;
    if (form != NULL) json_set_text(in, "form", form);
    json_set_int(in, "limit", 1);
    if (!call(&queue, w, "link.queue", in, e)) return false;
    const struct json *pair = json_at(json_get(queue, "pairs"), 0);
    *found = pair != NULL;
    bool ok = !*found || show(w, text_in(pair, "a"), text_in(pair, "b"), e);
    json_free(queue);
    return ok;
}

/* A number stands for the reason of that number. */
static const char *reason_of(const struct review *w, const char *typed)
{
    const struct json *usual = json_get(w->pair, "reasons");
    size_t n = (size_t)(typed[0] - '1');
    if (typed[0] >= '1' && typed[0] <= '9' && typed[1] == '\0' && n < json_size(usual))
        return json_as_text(json_at(usual, n), typed);
    return typed;
}

static const char *ask_reason(struct review *w, char *line_read, size_t size)
{
    const struct json *usual = json_get(w->pair, "reasons");
    for (size_t i = 0; i < json_size(usual); i++) {
        printf("  %zu ", i + 1);
        line(json_as_text(json_at(usual, i), ""));
    }
    printf("%s ", tr("Why (a number, or your own words; empty: back)?"));
    (void)fflush(stdout);
    if (!read_line(line_read, size)) line_read[0] = '\0';
    return line_read;
}

/* What was decided, and the next pair; *more false where none waits. */
static bool decide(bool *more, struct review *w, const char *verdict, const char *reason,
                   struct err *e)
{
    struct json *in = json_object(), *done;
    json_set_text(in, "a", text_in(w->pair, "a"));
    json_set_text(in, "b", text_in(w->pair, "b"));
    json_set_text(in, "verdict", verdict);
    json_set_text(in, "reason", reason_of(w, reason));
    json_set_int(in, "seen", json_get_int(w->pair, "seen", 0));
    if (!call(&done, w, "link.decide", in, e)) return false;
    w->decided += json_get_bool(done, "decided", false);
    if (w->v->globals.json) say_json(done);
    else (void)show_link_done(w->v, done);
    const char *a = text_in(done, "next_a"), *b = text_in(done, "next_b");
    bool again = json_get_bool(done, "conflict", false);
    *more = again || a[0] != '\0';
    bool ok = !*more || (again ? first(more, w, e) : show(w, a, b, e));
    json_free(done);
    return ok;
}

static bool next_pair(bool *more, struct review *w, struct err *e)
{
    char a[40], b[40];
    (void)snprintf(a, sizeof a, "%s", text_in(w->pair, "next_a"));
    (void)snprintf(b, sizeof b, "%s", text_in(w->pair, "next_b"));
    *more = a[0] != '\0';
    return !*more || show(w, a, b, e);
}

/* One line: a key, and after a blank the reason, which is asked for otherwise. */
static bool take_line(bool *more, struct review *w, char *typed, struct err *e)
{
    static const struct {
        char key;
        const char *verdict;
    } keys[] = {{'s', "same"}, {'d', "different"}, {'u', "unsure"}};
    char why[LINE_MAX_BYTES];
    const char *reason = typed[0] == '\0' || typed[1] != ' ' ? "" : typed + 2;
    if (typed[0] == 'q') {
        *more = false;
        return true;
    }
    if (typed[0] == 'n') return next_pair(more, w, e);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (typed[0] != keys[i].key) continue;
        if (reason[0] == '\0' && w->terminal) reason = ask_reason(w, why, sizeof why);
        if (reason[0] == '\0') {
            if (!w->terminal)
                return err_set(e, ERR_USAGE, "cli.reason",
                               "a decision needs a reason behind its key");
            return true;
        }
        return decide(more, w, keys[i].verdict, reason, e);
    }
    if (w->terminal) line(tr("s, d, u, n or q"));
    return true;
}

static bool review(struct review *w, struct err *e)
{
    char typed[LINE_MAX_BYTES];
    bool more;
    if (!first(&more, w, e)) return false;
    while (more) {
        if (w->terminal) {
            printf("\n%s ",
                   tr("The (s)ame person, (d)ifferent persons, (u)nsure, (n)ext, (q)uit?"));
            (void)fflush(stdout);
        }
        if (!read_line(typed, sizeof typed)) return true;
        if (!take_line(&more, w, typed, e)) return false;
    }
    return true;
}

int run_link_review(struct invocation *v)
{
    struct err e = {0};
    struct unlocked d;
    struct review w = {.v = v, .terminal = isatty(STDIN_FILENO) == 1 && !v->globals.json};
    if (!unlock_open(&d, v, "link.queue", &e)) return report_error(v, NULL, &e);
    w.service = d.service;
    int status = review(&w, &e) ? 0 : report_error(v, d.service, &e);
    if (status == 0 && !v->globals.json) {
        printf(tr_n("%lld pair was decided.", "%lld pairs were decided.", w.decided),
               (long long)w.decided);
        putchar('\n');
    }
    json_free(w.pair);
    unlock_close(&d);
    return status;
}
