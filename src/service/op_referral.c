/* SPDX-License-Identifier: EUPL-1.2 */
/* Referring a person to another organisation, with consent.
 *
 * What decides is the record: a decision "given" to share with this organisation by name, not
 * withdrawn (field reference 3.13, Q51, L03), and no restriction that excludes it. It is looked at
 * when the referral is made and again each time the receiver looks: what was withdrawn is shown no
 * more. Shown are the values that serve assistance (column purpose of the dictionary), never direct
 * identifiers nor what is said of offences: whoever refers tells the person's name in person. */
#include "service/entry_form.h"
#include "service/service_internal.h"

#include "base/date.h"
#include "store/referral.h"

#include <string.h>

enum { LIST_MAX = 500 };

/* ---- consent ---- */

static struct text code_in(const struct record *r, const char *name, uint32_t row)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    if (v == NULL || row >= r->table[v->group].n_row) return (struct text){"", 0};
    const struct value *value = record_get(r, v->id, row);
    if (value->kind == VALUE_TEXT) return text_trim(value->text);
    if (value->kind != VALUE_CODE) return (struct text){"", 0};
    return text_of(r->dictionary->list[v->list]->code[value->code].name);
}

static bool has_value(const struct record *r, const char *name, uint32_t row)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    return v != NULL && row < r->table[v->group].n_row &&
           record_get(r, v->id, row)->kind > VALUE_MISSING;
}

/* The last decision about this organisation counts. */
static bool consents(const struct record *r, const char *organisation)
{
    const struct variable *v =
        dictionary_variable(r->dictionary, r->form->id, TEXT("consent_decision"));
    bool given = false;
    for (uint32_t i = 0; v != NULL && i < r->table[v->group].n_row; i++) {
        if (!text_is(code_in(r, "consent_purpose", i), "sharing_named_org") ||
            !text_equal_nocase(code_in(r, "consent_organisation", i), text_of(organisation)))
            continue;
        given = text_is(code_in(r, "consent_decision", i), "given") &&
                !has_value(r, "consent_withdrawn_date", i);
    }
    return given;
}

static bool is_police(const struct dictionary *d, const char *type)
{
    const struct codelist *l = dictionary_list(d, TEXT("CL_ORGTYPE"));
    code_id c = l == NULL ? CODE_NONE : codelist_find(l, text_of(type));
    const char *kind = c == CODE_NONE ? NULL : codelist_extra(l, c, "htcds_org_type");
    return kind != NULL && strcmp(kind, "LawEnforcement") == 0;
}

static bool excluded(const struct record *r, const char *type)
{
    const struct variable *v =
        dictionary_variable(r->dictionary, r->form->id, TEXT("sharing_restriction"));
    const struct value *value = v == NULL ? NULL : record_get(r, v->id, 0);
    for (size_t i = 0; value != NULL && value->kind == VALUE_CODES && i < value->n_code; i++) {
        const char *code = r->dictionary->list[v->list]->code[value->codes[i]].name;
        if (strcmp(code, "no_police") == 0 && is_police(r->dictionary, type)) return true;
        if (strcmp(code, "no_export") == 0) return true;
    }
    return false;
}

static bool may_share(const struct record *r, const struct organisation *to, struct err *e)
{
    if (!consents(r, to->code)) {
        err_set(e, ERR_DENIED, "referral.no_consent",
                "the record holds no consent to sharing with %s that stands", to->code);
        return err_remedy(e, "ask the person, and enter the decision under the consents of the "
                             "record; assistance never depends on it");
    }
    if (!excluded(r, to->type)) return true;
    err_set(e, ERR_DENIED, "referral.restricted", "the record excludes sharing with %s", to->code);
    return err_remedy(e, "see the restrictions on sharing in the record");
}

/* ---- making ---- */

static void about(struct call *c, const struct referral *r, const char *to)
{
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", r->code);
    c->event.recipient = to;
    c->event.count = 1;
    json_set_int(c->out, "referral", r->referral_no);
}

bool op_referral_make(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct organisation to;
    const char *code = json_get_text(c->in, "organisation", "");
    if (!call_load_record(&r, &m, c, 0, e) ||
        !store_organisation_find(&to, c->s->store, text_of(code), c->arena, e))
        return false;
    if (to.organisation_no == m.organisation_no)
        return err_set(e, ERR_USAGE, "referral.same", "the record is this organisation's already");
    if (!json_get_bool(c->in, "agreed", false)) {
        err_set(e, ERR_USAGE, "referral.agreed", "a referral needs the person's agreement");
        return err_remedy(e, "state that the person agrees to this referral");
    }
    if (!may_share(&r, &to, e)) return false;
    struct referral made = {.record_no = m.record_no,
                            .version_no = m.version_no,
                            .from_no = m.organisation_no,
                            .to_no = to.organisation_no};
    memcpy(made.code, m.code, sizeof made.code);
    if (!referral_add(&made, c->s->store, c->who.actor, text_of(json_get_text(c->in, "text", "")),
                      e))
        return false;
    about(c, &made, to.code);
    json_set_text(c->out, "state", "open");
    return true;
}

/* ---- looking ---- */

static const char *state_words(const char *state)
{
    if (strcmp(state, "open") == 0) return tr("Waiting for an answer");
    if (strcmp(state, "accepted") == 0) return tr("Accepted");
    return strcmp(state, "declined") == 0 ? tr("Declined") : tr("Withdrawn");
}

/* Whether it is from, or to, who asks; whoever sees all organisations is on both sides. */
static bool is_from(const struct call *c, const struct referral *r)
{
    return call_sees_organisation(c, r->from_no);
}

static bool is_to(const struct call *c, const struct referral *r)
{
    return call_sees_organisation(c, r->to_no);
}

static void put(struct json *j, struct call *c, const struct referral *r)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, r->made_at);
    json_set_int(j, "referral", r->referral_no);
    json_set_text(j, "record", is_from(c, r) ? r->code : ""); /* the receiver has no such record */
    json_set_text(j, "from", r->from);
    json_set_text(j, "to", r->to);
    json_set_text(j, "state", r->state);
    json_set_text(j, "state_words", state_words(r->state));
    json_set_text(j, "at", at);
    json_set_text(j, "made_by", is_from(c, r) ? r->made_by : "");
    json_set_bool(j, "incoming", is_to(c, r));
    json_set_bool(j, "is_open", strcmp(r->state, "open") == 0);
}

bool op_referral_list(struct call *c, struct err *e)
{
    struct referral *list;
    size_t n;
    bool waiting = json_get_bool(c->in, "waiting", false);
    struct json *rows = json_array();
    json_set(c->out, "referrals", rows);
    if (!referral_list(&list, &n, c->s->store, call_scope(c), LIST_MAX, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        bool waits = is_to(c, &list[i]) && strcmp(list[i].state, "open") == 0;
        if (waiting && !waits) continue;
        struct json *j = json_object();
        put(j, c, &list[i]);
        json_push(rows, j);
    }
    return true;
}

static bool find(struct referral *r, struct call *c, struct err *e)
{
    if (!referral_find(r, c->s->store, json_get_int(c->in, "referral", 0), c->arena, e))
        return false;
    return is_from(c, r) || is_to(c, r) || referral_unknown(e);
}

/* Nothing but what serves assistance. */
static void keep_shared(struct record *r)
{
    const char *purpose = dictionary_parameter(r->dictionary, "referral_purpose", "assistance");
    for (size_t g = 0; g < r->form->n_group; g++)
        for (size_t k = 0; k < r->form->group[g].n_variable; k++) {
            const struct variable *v = &r->dictionary->variable[r->form->group[g].variable[k]];
            bool shared = strstr(variable_extra(v, "purpose"), purpose) != NULL &&
                          (v->privacy & (PRIVACY_D | PRIVACY_C)) == 0;
            for (uint32_t row = 0; !shared && row < r->table[g].n_row; row++)
                *record_value(r, v->id, row) = (struct value){.kind = VALUE_EMPTY};
        }
}

/* What the receiver sees; nothing once the consent stands no more. */
static bool put_shared(struct call *c, const struct referral *r, struct err *e)
{
    struct record now, then;
    struct record_meta m;
    struct organisation to;
    struct entry x;
    bool open = strcmp(r->state, "open") == 0 || strcmp(r->state, "accepted") == 0;
    if (!store_record_load(&now, &m, c->s->store, SCOPE_EVERYTHING, text_of(r->code), 0, c->arena,
                           e) ||
        !store_record_load(&then, &m, c->s->store, SCOPE_EVERYTHING, text_of(r->code),
                           r->version_no, c->arena, e) ||
        !store_organisation_find(&to, c->s->store, text_of(r->to), c->arena, e))
        return false;
    bool shared = open && may_share(&now, &to, NULL);
    json_set_bool(c->out, "shared", shared);
    json_set_text(c->out, "form", then.form->name);
    if (!shared) {
        json_set(c->out, "sections", json_array());
        return true;
    }
    keep_shared(&then);
    entry_start(&x, c, then.form);
    json_set(c->out, "sections", entry_view(&x, &then));
    entry_close(&x);
    return true;
}

bool op_referral_show(struct call *c, struct err *e)
{
    struct referral r;
    if (!find(&r, c, e)) return false;
    put(c->out, c, &r);
    json_set_text(c->out, "text", r.words);
    json_set_text(c->out, "answer", r.answer);
    about(c, &r, r.to);
    return put_shared(c, &r, e);
}

/* The receiver accepts or declines, the sender withdraws. */
bool op_referral_answer(struct call *c, struct err *e)
{
    struct referral r;
    const char *state = json_get_text(c->in, "state", "");
    if (!find(&r, c, e)) return false;
    bool withdraws = strcmp(state, "withdrawn") == 0;
    if (withdraws ? !is_from(c, &r) : !is_to(c, &r)) {
        err_set(e, ERR_DENIED, "referral.not_yours", "this is the other organisation's to say");
        return err_remedy(e, "who receives a referral answers it, who made it withdraws it");
    }
    if (strcmp(r.state, "open") != 0)
        return err_set(e, ERR_CONFLICT, "referral.answered", "this referral is answered already");
    if (!referral_answer(c->s->store, &r, state, c->who.actor,
                         text_of(json_get_text(c->in, "text", "")), e))
        return false;
    about(c, &r, r.to);
    c->event.fields = state;
    json_set_text(c->out, "state", state);
    return true;
}
