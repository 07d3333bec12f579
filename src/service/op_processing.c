/* SPDX-License-Identifier: EUPL-1.2 */
/* The record of processing activities (GDPR art. 30, Directive (EU) 2016/680 art. 24), worked out
 * of the dictionary: an activity is what one form's variables have in common, purpose, legal basis
 * and retention. What the dictionary cannot know (who the controller is by law, recipients) is
 * named as open. */
#include "service/service_internal.h"

#include "base/catalogue.h"

#include <stdlib.h>
#include <string.h>

struct activity {
    const struct form *form;
    const char *purpose, *legal_basis, *retention;
    size_t n, n_of[8]; /* variables; by place of the privacy letter */
    struct json *variables;
};

static int by_word(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Words are a set: "assistance statistics" and "statistics assistance" are one purpose. */
static const char *in_order(const char *words, struct arena *a)
{
    enum { WORDS_MAX = 32 };
    struct text word[WORDS_MAX], rest = text_of(words), one;
    size_t n = 0;
    while (n < WORDS_MAX && text_split(&rest, ' ', &one))
        if (one.n > 0) word[n++] = one;
    if (rest.p != NULL && n == WORDS_MAX) return words;
    qsort(word, n, sizeof word[0], by_word);
    const char *out = "";
    for (size_t i = 0; i < n; i++)
        out = arena_printf(a, "%s%s%.*s", out, i > 0 ? " " : "", (int)word[i].n, word[i].p);
    return out;
}

static struct activity *activity_of(struct activity *list, size_t *n, const struct form *f,
                                    const struct variable *v, struct arena *a)
{
    const char *purpose = in_order(variable_extra(v, "purpose"), a),
               *basis = in_order(variable_extra(v, "legal_basis"), a),
               *retention = variable_extra(v, "retention");
    for (size_t i = 0; i < *n; i++) {
        struct activity *x = &list[i];
        if (x->form == f && strcmp(x->purpose, purpose) == 0 &&
            strcmp(x->legal_basis, basis) == 0 && strcmp(x->retention, retention) == 0)
            return x;
    }
    list[*n] = (struct activity){f, purpose, basis, retention, 0, {0}, json_array()};
    return &list[(*n)++];
}

/* Terms of the retention class: parameters named retention.<class>..., see data/parameters.csv. */
static struct json *terms_of(const struct dictionary *d, const char *retention)
{
    struct json *list = json_array();
    size_t n = strlen(retention);
    for (size_t i = 0; n > 0 && i < d->n_parameter; i++) {
        const struct parameter *p = &d->parameter[i];
        const char *rest = p->name + strlen("retention.");
        if (strncmp(p->name, "retention.", strlen("retention.")) != 0) continue;
        if (strncmp(rest, retention, n) != 0 || rest[n] != '_') continue;
        struct json *row = json_object();
        json_set_text(row, "parameter", p->name);
        json_set_text(row, "years", p->value);
        json_set_bool(row, "uncertain", p->uncertain);
        json_push(list, row);
    }
    return list;
}

static void count(struct activity *a, const struct variable *v, size_t language)
{
    struct json *row = json_object();
    char letters[sizeof PRIVACY_LETTERS];
    privacy_letters(letters, v->privacy);
    for (size_t i = 0; i < sizeof a->n_of / sizeof a->n_of[0]; i++)
        a->n_of[i] += v->privacy >> i & 1U;
    a->n++;
    json_set_text(row, "variable", v->name);
    json_set_text(row, "label", words_in(&v->label, language, v->name));
    json_set_text(row, "privacy", letters);
    json_push(a->variables, row);
}

static struct json *activity_to_json(const struct dictionary *d, const struct activity *a,
                                     size_t language)
{
    struct json *row = json_object();
    json_set_text(row, "form", a->form->name);
    json_set_text(row, "title", words_in(&a->form->title, language, a->form->name));
    json_set_text(row, "data_set", data_set_words(a->form->data_set));
    json_set_text(row, "purpose", a->purpose);
    json_set(row, "legal_basis", codes_with_labels(d, "CL_LEGALBASIS", a->legal_basis, language));
    json_set_text(row, "retention", a->retention);
    json_set(row, "retention_terms", terms_of(d, a->retention));
    json_set_int(row, "n", (int64_t)a->n);
    json_set_int(row, "direct_identifiers", (int64_t)a->n_of[0]);
    json_set_int(row, "quasi_identifiers", (int64_t)a->n_of[1]);
    json_set_int(row, "special_category", (int64_t)a->n_of[2]);
    json_set_int(row, "offence_data", (int64_t)a->n_of[3]);
    json_set_int(row, "sensitive", (int64_t)a->n_of[4]);
    json_set_bool(row, "complete",
                  a->purpose[0] != '\0' && a->legal_basis[0] != '\0' && a->retention[0] != '\0');
    json_set(row, "variables", a->variables);
    return row;
}

/* What protects every activity alike: what the store does, whatever the dictionary says. */
static struct json *measures(void)
{
    static const char *const english[] = {
        N_("The database is encrypted as a whole; each record is sealed under a key of its own."),
        N_("Direct identifiers are kept apart, under a key of their own, and opened only for a stated "
           "purpose, which the audit log keeps."),
        N_("Victim data and criminal-justice data are sealed under separate keys; roles see one, the "
           "other, or neither."),
        N_("Every act is entered in a log in which each entry carries the hash of the one before it."),
        N_("Tables are published only after primary and complementary suppression."),
        N_("Erasing a record destroys its key, so that it is gone from backups as well."),
    };
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++)
        json_push(list, json_text(text_of(tr(english[i]))));
    return list;
}

bool op_dictionary_processing(struct call *c, struct err *e)
{
    const struct dictionary *d;
    struct dictionary *own;
    size_t n = 0, incomplete = 0;
    if (!call_dictionary(&d, &own, c, e)) return false;
    struct activity *list = ARENA_ARRAY(c->arena, struct activity, d->n_variable);
    for (size_t i = 0; i < d->n_form; i++)
        for (size_t k = 0; k < d->n_variable; k++) {
            const struct variable *v = &d->variable[k];
            if (v->form != d->form[i].id) continue;
            count(activity_of(list, &n, &d->form[i], v, c->arena), v, c->language);
        }
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = activity_to_json(d, &list[i], c->language);
        if (!json_get_bool(row, "complete", false)) incomplete += list[i].n;
        json_push(rows, row);
    }
    json_set_text(c->out, "country", dictionary_pack_value(d, "name", ""));
    json_set_text(c->out, "controller", dictionary_pack_value(d, "owner", ""));
    json_set_text(c->out, "pack", d->pack);
    json_set_text(c->out, "language", d->language[c->language]);
    json_set(c->out, "activities", rows);
    json_set_int(c->out, "incomplete_variables", (int64_t)incomplete);
    json_set(c->out, "measures", measures());
    dictionary_free(own);
    return true;
}
