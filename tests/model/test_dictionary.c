/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/dictionary.c and dictionary_*.c
 *   1 what is loaded: forms, groups, variables, lists, rules, parameters, languages
 *   2 the pack: added, hidden, changed; rules that lose their variable
 *   3 data/ and data/packs/pt load without a problem
 *   4 files: missing, unused, a folder that is not there, names of packs
 *   5 settings   6 code lists   7 surveys   8 rules   9 expressions   10 parameters and packs
 *   11 all problems at once, each with its place and a remedy   12 missing words
 *   13 the hash   14 limits   15 speed: 400 variables and 5,000 codes under 100 ms */
#include "harness.h"

#include "small_data.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "model/dictionary_internal.h"
#include "model/expr.h"
#include "model/finding.h"

#include <sys/stat.h>
#include <time.h>

static struct problems p;
static struct err e;

static const struct variable *variable(const struct dictionary *d, const char *form,
                                       const char *name)
{
    const struct form *f = dictionary_form(d, text_of(form));
    assert_non_null(f);
    return dictionary_variable(d, f->id, text_of(name));
}

static const struct variable *have(const struct dictionary *d, const char *name)
{
    const struct variable *v = variable(d, "victim", name);
    if (v == NULL) fail_msg("no variable %s", name);
    return v;
}

/* Load with one file instead; it must be refused, or be taken with warnings. */
static void refused(const char *file, const char *content)
{
    struct dictionary *d;
    struct small_file instead[] = {{file, content}, {NULL, NULL}};
    problems_release(&p);
    e = (struct err){0};
    assert_false(small_load(&d, instead, "", &p, &e));
    assert_null(d);
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.id, "dictionary.broken");
    assert_true(p.n_fatal > 0);
}

static void taken(const char *file, const char *content)
{
    struct dictionary *d;
    struct small_file instead[] = {{file, content}, {NULL, NULL}};
    problems_release(&p);
    e = (struct err){0};
    if (!small_load(&d, instead, "", &p, &e)) fail_msg("%s", p.item[0].message);
    dictionary_free(d);
}

static void refused_pack(const char *file, const char *content)
{
    struct dictionary *d;
    struct small_file instead[] = {{file, content}, {NULL, NULL}};
    problems_release(&p);
    e = (struct err){0};
    assert_false(small_load(&d, instead, "xx", &p, &e));
}

static const char *edit(const char *old, const char *fresh)
{
    return small_edit("dictionary/victim.csv", old, fresh);
}

/* --- 1
 * ------------------------------------------------------------------------------------------- */

static void loaded_forms(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    const struct form *f = dictionary_form(d, TEXT("victim"));
    assert_int_equal(d->n_form, 2);
    assert_null(dictionary_form(d, TEXT("Victim")));
    assert_string_equal(f->version, "2026010101");
    assert_int_equal(f->data_set, DATA_SET_VICTIM);
    assert_int_equal(dictionary_form(d, TEXT("suspect"))->data_set, DATA_SET_JUSTICE);
    assert_int_equal(dictionary_form(d, TEXT("suspect"))->reference, VAR_NONE);
    assert_int_equal(f->reference, have(d, "ref")->id);
    assert_string_equal(words_in(&f->title, 1, ""), "Vítima");
    assert_non_null(f->order);
    assert_int_equal(d->n_language, 2);
    assert_string_equal(d->language[0], "en");
    assert_string_equal(d->language_name[1], "Português");
    assert_int_equal(dictionary_language(d, TEXT("pt")), 1);
    assert_int_equal(dictionary_language(d, TEXT("cs")), 0);

    static const char *const groups[] = {"victim", "episode", "exploitation", "assistance"};
    static const group_id parents[] = {0, 0, 1, 0};
    assert_int_equal(f->n_group, 4);
    for (size_t g = 0; g < 4; g++) {
        assert_string_equal(f->group[g].name, groups[g]);
        assert_int_equal(f->group[g].parent, parents[g]);
    }
    assert_string_equal(words_in(&f->group[1].label, 1, ""), "Episódio");
    dictionary_free(d);
}

static void loaded_variables(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    static const struct {
        const char *name;
        enum variable_type type;
        bool partial;
        uint8_t privacy;
        const char *list, *group;
    } want[] = {{"ref", VARIABLE_TEXT, false, PRIVACY_O, NULL, "victim"},
                {"entry_date", VARIABLE_DATE, true, 0, NULL, "victim"},
                {"full_date", VARIABLE_DATE, false, 0, NULL, "victim"},
                {"birth_date", VARIABLE_DATE, true, PRIVACY_D | PRIVACY_Q, NULL, "victim"},
                {"sex", VARIABLE_CODE, false, PRIVACY_Q, "CL_SEX", "victim"},
                {"means", VARIABLE_CODES, false, 0, "CL_MEANS", "victim"},
                {"age", VARIABLE_INTEGER, false, PRIVACY_Q, NULL, "victim"},
                {"pay", VARIABLE_DECIMAL, false, 0, NULL, "victim"},
                {"age_legal", VARIABLE_CODE, false, PRIVACY_Q, "CL_AGELEGAL", "victim"},
                {"alias", VARIABLE_TEXT, false, PRIVACY_D, NULL, "episode"},
                {"form", VARIABLE_CODE, false, PRIVACY_S, "CL_EXPL", "exploitation"},
                {"organisation", VARIABLE_CODE, false, PRIVACY_O, "CL_ORGANISATION", "victim"},
                {"organisation_type", VARIABLE_CODE, false, 0, "CL_ORGTYPE", "victim"}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct variable *v = have(d, want[i].name);
        assert_int_equal(v->type, want[i].type);
        assert_int_equal(v->partial, want[i].partial);
        assert_int_equal(v->privacy, want[i].privacy);
        if (want[i].list == NULL) assert_int_equal(v->list, LIST_NONE);
        else assert_string_equal(d->list[v->list]->name, want[i].list);
        assert_string_equal(d->form[v->form].group[v->group].name, want[i].group);
        assert_int_equal(v->system, strncmp(v->name, "organisation", 12) == 0);
        assert_int_equal(v->derived, strcmp(v->name, "age_legal") == 0);
    }
    assert_true(have(d, "ref")->required_always);
    assert_false(have(d, "ref")->missing_allowed);
    assert_true(have(d, "sex")->missing_allowed);
    assert_true(have(d, "entry_date")->survivor_first);
    assert_false(have(d, "sex")->survivor_first);
    assert_non_null(have(d, "age")->constraint);
    assert_non_null(have(d, "age_legal")->calculation);
    assert_non_null(have(d, "country")->standard);
    assert_null(have(d, "sex")->relevant);
    assert_string_equal(words_in(&have(d, "age")->constraint_message, 1, ""), "De 0 a 120.");
    assert_string_equal(words_in(&have(d, "ref")->hint, 0, ""), "Your own number.");
    assert_int_equal(have(d, "name")->n_extra, 1);
    assert_string_equal(have(d, "name")->extra[0].name, "htcds");
    assert_string_equal(have(d, "name")->extra[0].value, "prs_Name");
    assert_string_equal(have(d, "sex")->file, "dictionary/victim.csv");
    assert_int_equal(have(d, "sex")->row, 10);
    /* The same name in another form is another variable. */
    assert_int_not_equal(variable(d, "suspect", "sex")->id, have(d, "sex")->id);
    assert_null(variable(d, "suspect", "means"));
    assert_null(variable(d, "victim", "episode"));
    assert_int_equal(d->form[0].organisation, have(d, "organisation")->id);
    assert_int_equal(d->form[1].organisation_type, variable(d, "suspect", "organisation_type")->id);
    for (size_t i = 0; i < d->n_variable; i++) assert_int_equal(d->variable[i].id, i);
    dictionary_free(d);
}

static void loaded_rest(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    const struct rule *q13 = dictionary_rule(d, TEXT("Q13"));
    assert_int_equal(d->n_rule, BUILTIN_COUNT + 2);
    assert_int_equal(q13->severity, SEVERITY_E);
    assert_int_equal(q13->scope, 1);
    assert_int_equal(q13->n_needs, 2);
    assert_int_equal(q13->needs[0], have(d, "end")->id);
    assert_int_equal(q13->needs[1], have(d, "start")->id);
    assert_null(q13->applies);
    assert_non_null(q13->expression);
    assert_string_equal(q13->source, "8#Q13");
    assert_int_equal(dictionary_rule(d, TEXT("Q05"))->severity, SEVERITY_W);
    assert_null(dictionary_rule(d, TEXT("Q99")));
    assert_string_equal(dictionary_parameter(d, "Q05_above", "-"), "80");
    assert_int_equal(dictionary_parameter_int(d, "Q05_above", 1), 80);
    assert_int_equal(dictionary_parameter_int(d, "country", 1), 1);
    assert_string_equal(dictionary_parameter(d, "absent", "-"), "-");
    assert_true(d->parameter[1].uncertain); /* country; sorted by name, Q before c */
    assert_string_equal(d->parameter[1].name, "country");
    assert_string_equal(dictionary_pack_value(d, "country", "none"), "none");
    assert_string_equal(d->pack, "");
    assert_string_equal(dictionary_guess_variable(d, 0, TEXT("contry")), "country");
    assert_null(dictionary_guess_variable(d, 1, TEXT("contry")));
    assert_non_null(dictionary_list(d, TEXT("cl_organisation")));
    assert_null(dictionary_list(d, TEXT("CL_NONE")));
    char longer[200];
    memset(longer, 'a', sizeof longer);
    assert_null(dictionary_variable(d, 0, (struct text){longer, sizeof longer}));
    dictionary_free(d);
    dictionary_free(NULL);
}

/* --- 2
 * ------------------------------------------------------------------------------------------- */

static void pack(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("xx");
    assert_string_equal(d->pack, "xx");
    assert_string_equal(dictionary_pack_value(d, "name", "-"), "Xanadu");
    assert_string_equal(dictionary_parameter(d, "country", "-"), "PT"); /* replaced */
    assert_string_equal(dictionary_parameter(d, "local", "-"), "7");    /* added */
    assert_string_equal(dictionary_parameter(d, "Q05_above", "-"), "80");
    assert_null(variable(d, "victim", "pay"));
    assert_string_equal(words_in(&have(d, "sex")->label, 0, ""), "Sex at birth");
    assert_string_equal(words_in(&have(d, "sex")->label, 1, ""), "Sexo");
    const struct variable *sex = have(d, "sex"), *district = have(d, "district");
    assert_int_equal(district->slot, sex->slot + 1);
    assert_int_equal(have(d, "district_note")->slot, sex->slot + 2);
    assert_string_equal(district->file, "packs/xx/survey-victim.csv");
    assert_string_equal(d->list[district->list]->name, "CL_DISTRICT");
    const struct codelist *expl = dictionary_list(d, TEXT("CL_EXPL"));
    assert_int_equal(codelist_find(expl, TEXT("E111")), CODE_NONE);
    assert_int_equal(expl->code[codelist_find(expl, TEXT("E240"))].parent,
                     codelist_find(expl, TEXT("E200")));
    assert_int_equal(dictionary_rule(d, TEXT("Q05"))->severity, SEVERITY_E);
    /* P01 needs `pay`, which the pack hides: left out, and nothing is said. */
    assert_null(dictionary_rule(d, TEXT("P01")));
    assert_int_equal(d->n_decider, 1);
    assert_string_equal(d->decider[0].org_type, "10");
    dictionary_free(d);
}

static void pack_faults(void **state)
{
    (void)state;
    refused_pack("packs/xx/survey-victim.csv", "action,after,type,name\nhide,,,age\n");
    /* age_legal and Q05's expression use age; Q05 needs it as well and goes silently */
    small_expect(&p, "E dictionary/victim.csv:15:calculation expr.unknown_variable", NULL);
    assert_non_null(strstr(p.item[0].message, "age"));
    assert_string_equal(p.item[0].remedy, "the pack hides 'age': hide or change this as well");
    refused_pack("packs/xx/survey-victim.csv",
                 "action,after,type,name\nhide,,,pays\nadd,sexx,text,new\n");
    small_expect(&p, "E packs/xx/survey-victim.csv:2:name pack.unknown_name",
                 "E packs/xx/survey-victim.csv:3:after pack.unknown_name",
                 "W packs/xx/survey-victim.csv:3:label::en dictionary.missing_label",
                 "W packs/xx/survey-victim.csv:3:label::pt dictionary.missing_label", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'pay'?");
    assert_string_equal(p.item[1].remedy, "did you mean 'sex'?");
    refused_pack("packs/xx/codelists/CL_EXPL.csv",
                 "action,name\nhide,E110\n"); /* E111 hangs below it */
    small_expect(&p, "E codelists/CL_EXPL.csv:4:parent codelist.unknown_code", NULL);
    refused_pack("packs/xx/codelists/CL_DISTRICT.csv", NULL);
    small_expect(&p, "E packs/xx/survey-victim.csv:4:type dictionary.unknown_list", NULL);
    refused_pack("packs/xx/status_deciders.csv", "status,org_type\nS51,10\nS50,11\n");
    small_expect(&p, "E packs/xx/status_deciders.csv:2:status pack.unknown_code",
                 "E packs/xx/status_deciders.csv:3:org_type pack.unknown_code", NULL);
    refused_pack("packs/xx/organisations.csv",
                 "code,type,name\nGNR,10,Guarda\nG N R,10,x\nGNR,99,y\n");
    small_expect(&p, "E packs/xx/organisations.csv:3:code pack.bad_organisation",
                 "E packs/xx/organisations.csv:4:code pack.repeated_organisation",
                 "E packs/xx/organisations.csv:4:type pack.unknown_code", NULL);
    refused_pack("packs/xx/pack.csv", NULL);
    small_expect(&p, "E packs/xx/pack.csv:0: dictionary.missing_file", NULL);
    refused_pack("packs/xx/rules.csv", "action,id,form,severity,scope,expression\nhide,Q06,,,,\n");
    small_expect(&p, "E packs/xx/rules.csv:2:id pack.unknown_name", NULL);
}

/* --- 3
 * ------------------------------------------------------------------------------------------- */

static void real(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    static const char *const packs[] = {"", "pt"};
    for (size_t i = 0; i < 2; i++) {
        struct problems found;
        struct dictionary *d;
        problems_init(&found, a);
        bool ok = dictionary_load(&d, harness_source("data"), packs[i], &found, &e);
        for (size_t k = 0; k < found.n; k++)
            print_message("%s:%u:%s %s\n", found.item[k].file, found.item[k].row,
                          found.item[k].column, found.item[k].message);
        assert_true(ok);
        assert_int_equal(found.n, 0); /* no warning either */
        assert_int_equal(d->n_form, 4);
        assert_true(dictionary_form(d, TEXT("victim"))->reference != VAR_NONE);
        assert_true(dictionary_list(d, TEXT("CL_COUNTRY"))->n_code >= 249); /* ISO 3166-1 */
        assert_true(d->n_rule > 60);
        problems_release(&found);
        dictionary_free(d);
    }
    arena_free(a);
}

/* --- 4
 * ------------------------------------------------------------------------------------------- */

static void files(void **state)
{
    (void)state;
    refused("dictionary/settings.csv", NULL);
    assert_string_equal(p.item[0].id, "dictionary.missing_file");
    refused("dictionary/suspect.csv", NULL);
    assert_string_equal(p.item[0].file, "dictionary/suspect.csv");
    assert_string_equal(p.item[0].id, "dictionary.missing_file");
    refused("dictionary/system.csv", NULL);
    assert_string_equal(p.item[0].id, "dictionary.missing_file");
    refused("rules-program.csv", NULL);
    assert_int_equal(p.n, BUILTIN_COUNT); /* each of them is named */
    assert_string_equal(p.item[0].id, "rule.missing_builtin");
    assert_non_null(strstr(p.item[0].message, "V01"));
    taken("parameters.csv", NULL);
    taken("dictionary/other.csv", "type,name\n");
    small_expect(&p, "W dictionary/other.csv:0: dictionary.unused_file", NULL);
    refused("dictionary/victim.csv", "type,name\n\xFF\n");
    assert_string_equal(p.item[0].id, "sheet.not_utf8");
}

static void folders(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems found;
    struct dictionary *d;
    problems_init(&found, a);
    small_write("data");
    harness_write_text("data/codelists/README.md", "not ours");
    assert_true(dictionary_load(&d, "data", "", &found, &e));
    assert_int_equal(found.n, 0);
    assert_string_equal(d->folder, "data");
    dictionary_free(d);
    assert_true(dictionary_load(&d, "data", "xx", &found, &e));
    assert_int_equal(found.n, 0);
    dictionary_free(d);
    assert_false(dictionary_load(&d, "data", "yy", &found, &e));
    assert_string_equal(e.id, "dictionary.broken");
    assert_string_equal(found.item[0].id, "pack.missing");
    assert_string_equal(found.item[0].remedy, "the packs are: xx");
    problems_release(&found);
    problems_init(&found, a);
    assert_false(dictionary_load(&d, "nowhere", "", &found, &e));
    assert_string_equal(found.item[0].id, "dictionary.missing_folder");
    /* A pack's name is no path. */
    static const char *const bad[] = {"../xx", "xx/..", "XX",  ".",
                                      "-x",    "a b",   "x\n", "ppppppppppppppppppppppppppppppppp"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(dictionary_load(&d, "data", bad[i], &found, &e));
        assert_string_equal(e.id, "dictionary.pack_name");
    }
    problems_release(&found);
    problems_init(&found, a);
    assert_int_equal(mkdir("data/codelists/CL_DIR.csv", 0700),
                     0); /* a folder where a file should be */
    assert_false(dictionary_load(&d, "data", "", &found, &e));
    assert_string_equal(found.item[0].id, "dictionary.unreadable");
    assert_string_equal(found.item[0].file, "codelists/CL_DIR.csv");
    problems_release(&found);
    arena_free(a);
}

/* --- 5
 * ------------------------------------------------------------------------------------------- */

static void settings(void **state)
{
    (void)state;
    static const char *const file = "dictionary/settings.csv";
    refused(file, "form_id,version,data_set\nvictim,2026010101,victim\n");
    assert_string_equal(p.item[0].id, "sheet.missing_column");
    refused(file, "form_id,version,default_language,data_set,reference\n");
    assert_string_equal(p.item[0].id, "settings.no_form");
    refused(file, small_edit(file, "victim,Victim,Vítima,2026010101,en",
                             "victim,Victim,Vítima,20260101,en"));
    small_expect(&p, "E dictionary/settings.csv:2:version settings.version", NULL);
    refused(file, small_edit(file, "victim,Victim,Vítima,2026010101,en",
                             "victim,Victim,Vítima,2026023001,en"));
    small_expect(&p, "E dictionary/settings.csv:2:version settings.version",
                 NULL); /* 30 February */
    refused(file, small_edit(file, "suspect,Suspect,Suspeito,2026010101,en,justice",
                             "suspect,Suspect,Suspeito,2026010101,en,courts"));
    small_expect(&p, "E dictionary/settings.csv:3:data_set settings.data_set", NULL);
    taken(file, small_edit(file, "suspect,Suspect,Suspeito,2026010101,en,justice",
                           "suspect,Suspect,Suspeito,2026010101,en,case"));
    refused(file, small_edit(file, "2026010101,en,victim,ref", "2026010101,en,victim,reff"));
    small_expect(&p, "E dictionary/settings.csv:2:reference settings.reference", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'ref'?");
    refused(file, small_edit(file, "2026010101,en,victim,ref", "2026010101,en,victim,age"));
    small_expect(&p, "E dictionary/settings.csv:2:reference settings.reference", NULL);
    refused(file, small_edit(file, "2026010101,en,victim,ref",
                             "2026010101,en,victim,alias")); /* in a repeat */
    small_expect(&p, "E dictionary/settings.csv:2:reference settings.reference", NULL);
    refused(file, small_edit(file, "2026010101,en,victim,ref", "2026010101,cs,victim,ref"));
    assert_string_equal(p.item[0].id, "settings.default_language");
    refused(file, small_edit(file, "suspect,Suspect", "victim,Suspect"));
    assert_string_equal(p.item[0].id, "settings.repeated_form");
    refused(file, small_edit(file, "suspect,Suspect", "../suspect,Suspect"));
    assert_string_equal(p.item[0].id, "settings.bad_name");
}

static void first_language(void **state)
{
    (void)state;
    struct dictionary *d;
    struct small_file instead[] = {{"dictionary/settings.csv", NULL}, {NULL, NULL}};
    instead[0].content = small_edit("dictionary/settings.csv", "2026010101,en,victim",
                                    "2026010101,Português (pt),victim");
    problems_release(&p);
    assert_true(small_load(&d, instead, "", &p, &e));
    assert_string_equal(d->language[0], "pt");
    assert_string_equal(d->language_name[0], "Português");
    assert_string_equal(d->language[1], "en");
    assert_string_equal(words_in(&have(d, "sex")->label, 0, ""), "Sexo");
    assert_string_equal(words_in(&have(d, "sex")->label, 1, ""), "Sex");
    assert_string_equal(words_in(&d->form[0].title, 0, ""), "Vítima");
    dictionary_free(d);
}

/* --- 6
 * ------------------------------------------------------------------------------------------- */

static void lists(void **state)
{
    (void)state;
    static const char *const file = "codelists/CL_MEANS.csv";
    static const char head[] =
        "name,label::English (en),label::Português (pt),parent,valid_from,valid_to,sort,retired_by\n";
#define LIST(rows) arena_printf(a, "%sM1,x,y,,,,,\nM2,x2,y2,,,,,\nM5,x5,y5,,,,,\n%s", head, rows)
    struct arena *a = arena_new(ARENA_PLAIN);
    refused(file, LIST("M1,again,de novo,,,,,\n"));
    small_expect(&p, "E codelists/CL_MEANS.csv:5:name codelist.repeated_code", NULL);
    refused(file, LIST("M 6,x,y,,,,,\nM;7,x,y,,,,,\n,x,y,,,,,\nM\xC2\xA0"
                       "8,x,y,,,,,\n"));
    small_expect(&p, "E codelists/CL_MEANS.csv:5:name codelist.bad_code",
                 "E codelists/CL_MEANS.csv:6:name codelist.bad_code",
                 "E codelists/CL_MEANS.csv:7:name codelist.bad_code",
                 "E codelists/CL_MEANS.csv:8:name codelist.bad_code", NULL);
    refused(file, LIST("M6,x,y,M9,,,,\nM7,x,y,,,,,MM1\n"));
    small_expect(&p, "E codelists/CL_MEANS.csv:5:parent codelist.unknown_code",
                 "E codelists/CL_MEANS.csv:6:retired_by codelist.unknown_code", NULL);
    assert_string_equal(p.item[1].remedy, "did you mean 'M1'?");
    refused(file, LIST("M6,x,y,M7,,,,\nM7,x,y,M8,,,,\nM8,x,y,M6,,,,\nM9,x,y,M8,,,,\n"));
    small_expect(&p, "E codelists/CL_MEANS.csv:0:parent codelist.cycle",
                 NULL); /* once for the circle */
    refused(file, LIST("M6,x,y,M6,,,,\n"));
    small_expect(&p, "E codelists/CL_MEANS.csv:0:parent codelist.cycle", NULL);
    refused(
        file,
        LIST(
            "M6,x,y,,2020-01-01,2019-12-31,,\nM7,x,y,,2020,,,\nM8,x,y,,,2023-02-29,,\nM9,x,y,,,,ten,\n"));
    /* sorting comes first */
    small_expect(&p, "E codelists/CL_MEANS.csv:8:sort codelist.bad_sort",
                 "E codelists/CL_MEANS.csv:5:valid_from codelist.valid_never",
                 "E codelists/CL_MEANS.csv:6:valid_from codelist.bad_date",
                 "E codelists/CL_MEANS.csv:7:valid_to codelist.bad_date", NULL);
    taken(file, LIST("M6,x,y,,2020-01-01,2020-01-01,,\n")); /* a single day */
    refused(file, "name\nM1\nM2\nM5\n");
    assert_string_equal(p.item[0].id, "sheet.missing_column");
    refused(file, "code,label::English (en)\nM1,x\n");
    assert_string_equal(p.item[0].id, "sheet.missing_column");
    refused("codelists/CL_ORGANISATION.csv", "name,label\nGNR,Guarda\n");
    small_expect(&p, "E codelists/CL_ORGANISATION.csv:0: codelist.bad_name",
                 "W codelists/CL_ORGANISATION.csv:0: dictionary.unused_file", NULL);
    refused("codelists/CL SEX.csv", "name,label\nF,x\n");
    assert_string_equal(p.item[0].id, "codelist.bad_name");
    arena_free(a);
}

/* --- 7
 * ------------------------------------------------------------------------------------------- */

/* A link names a form, and stands on a text that is asked and no identifier. */
static void links(void **state)
{
    (void)state;
    static const char *const
        file = "dictionary/suspect.csv",
        *const head =
            "type,name,label::English (en),label::Português (pt),bind::thb:privacy,bind::thb:link\n";
    struct arena *a = arena_new(ARENA_PLAIN);
    struct small_file instead[] = {{file, NULL}, {NULL, NULL}};
    struct dictionary *d;
    instead[0].content =
        arena_printf(a, "%stext,whom,Whom,Quem,O,victim\ntext,say,Say,Diz,-,\n", head);
    problems_release(&p);
    assert_true(small_load(&d, instead, "", &p, &e));
    assert_int_equal(p.n, 0);
    assert_int_equal(variable(d, "suspect", "whom")->link, dictionary_form(d, TEXT("victim"))->id);
    assert_int_equal(variable(d, "suspect", "say")->link, FORM_NONE);
    assert_int_equal(variable(d, "suspect", "organisation")->link, FORM_NONE);
    assert_int_equal(variable(d, "victim", "ref")->link, FORM_NONE);
    dictionary_free(d);
    refused(file, arena_printf(a, "%stext,whom,Whom,Quem,O,victims\n", head));
    small_expect(&p, "E dictionary/suspect.csv:2:bind::thb:link survey.link", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'victim'?");
    refused(file, arena_printf(a, "%sinteger,whom,Whom,Quem,O,victim\n", head));
    small_expect(&p, "E dictionary/suspect.csv:2:bind::thb:link survey.link", NULL);
    refused(file,
            arena_printf(a, "%stext,whom,Whom,Quem,D,victim\n", head)); /* would be sealed away */
    small_expect(&p, "E dictionary/suspect.csv:2:bind::thb:link survey.link", NULL);
    arena_free(a);
}

static void surveys(void **state)
{
    (void)state;
    static const char *const file = "dictionary/victim.csv";
    refused(file, edit("decimal,pay,", "decimal,1pay,"));
    small_expect(&p, "E dictionary/victim.csv:13:name survey.bad_name", NULL);
    taken(file, edit("decimal,pay,", "decimal,pay-day,"));
    small_expect(&p, "W dictionary/victim.csv:13:name survey.name_like_sum", NULL);
    refused(file, edit("decimal,pay,", "decimal,sex,"));
    small_expect(&p, "E dictionary/victim.csv:13:name survey.repeated_name", NULL);
    refused(file,
            edit("decimal,pay,", "decimal,episode,")); /* the repeat's name is taken as well */
    small_expect(&p, "E dictionary/victim.csv:16:name survey.repeated_name", NULL);
    refused(file,
            edit("decimal,pay,", "decimal,organisation,")); /* and that of a system variable */
    assert_string_equal(p.item[0].id, "survey.repeated_name");
    refused(file, edit("decimal,pay,", "decimals,pay,"));
    small_expect(&p, "E dictionary/victim.csv:13:type survey.unknown_type", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'decimal'?");
    refused(file, edit("decimal,pay,", ",pay,"));
    small_expect(&p, "E dictionary/victim.csv:13:type survey.unknown_type", NULL);
    refused(file, edit("select_one CL_SEX,", "select_one CL_SEXX,"));
    small_expect(&p, "E dictionary/victim.csv:10:type dictionary.unknown_list", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'CL_SEX'?");
    refused(file, edit("select_one CL_SEX,", "select_one CL_SEX or_other,"));
    small_expect(&p, "E dictionary/victim.csv:10:type survey.unknown_type", NULL);
    refused(file, edit("select_one CL_SEX,", "select_one,"));
    small_expect(&p, "E dictionary/victim.csv:10:type survey.unknown_type", NULL);
    refused(file, edit("decimal,pay,Pay,Salário,,,,,,,,,,-", "decimal,pay,Pay,Salário,,,,,,,,,,q"));
    small_expect(&p, "E dictionary/victim.csv:13:bind::thb:privacy survey.privacy", NULL);
    refused(file, edit("code:CL_AGELEGAL,,first", ",,first"));
    small_expect(&p, "E dictionary/victim.csv:15:bind::thb:value survey.value_type", NULL);
    refused(file, edit("code:CL_AGELEGAL,,first", "number,,first"));
    small_expect(&p, "E dictionary/victim.csv:15:bind::thb:value survey.value_type", NULL);
    refused(file, edit("code:CL_AGELEGAL,,first", "code:CL_AGE,,first"));
    small_expect(&p, "E dictionary/victim.csv:15:bind::thb:value dictionary.unknown_list", NULL);
    refused(file, edit("code:CL_AGELEGAL,,first", "code:CL_AGELEGAL,some,none"));
    small_expect(&p, "E dictionary/victim.csv:15:bind::thb:missing survey.missing",
                 "E dictionary/victim.csv:15:bind::thb:survivor survey.survivor", NULL);
    refused(file, edit("\"if(${age} >= 18, 'AD', 'CH')\"", ""));
    small_expect(&p, "E dictionary/victim.csv:15:calculation survey.no_calculation", NULL);
    refused(file, edit(",,PT,,Q,,,,\n", ",,XX,,Q,,,,\n"));
    small_expect(&p, "E dictionary/victim.csv:14:default survey.default", NULL);
    refused(file, edit("type,name,", "kind,name,"));
    assert_string_equal(p.item[0].id, "sheet.missing_column");
    taken(file, edit("appearance,", "appearence,"));
    small_expect(&p, "W dictionary/victim.csv:1:appearence survey.unknown_column", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'appearance'?");
}

static void nesting(void **state)
{
    (void)state;
    static const char *const file = "dictionary/victim.csv";
    struct arena *a = arena_new(ARENA_PLAIN);
    refused(file, edit("end_group,,,,,,,,,,,,,,,,,\n", ""));
    assert_string_equal(p.item[0].id, "survey.never_ends");
    assert_int_equal(p.item[0].row, 2);
    refused(file, edit("end_group,,,", "end_repeat,,,"));
    assert_string_equal(p.item[0].id, "survey.wrong_end");
    assert_int_equal(p.item[0].row, 7);
    refused(file, edit("text,note,", "end_group,,,,,,,,,,,,,,,,,\ntext,note,"));
    assert_string_equal(p.item[0].id, "survey.end_without_begin");
    assert_int_equal(p.item[0].row, 8);
    const char *deep = "type,name,label\ntext,ref,R\n", *ends = "";
    for (int i = 0; i < DICTIONARY_DEPTH_MAX; i++) {
        deep =
            arena_printf(a, "%s%s,g%d,G\n", deep, i % 2 == 0 ? "begin_group" : "begin_repeat", i);
        ends = arena_printf(a, "%s,\n%s", i % 2 == 0 ? "end_group" : "end_repeat", ends);
    }
    struct small_file none[] = {{file, arena_printf(a, "%sinteger,x,X\n%s", deep, ends)},
                                {"rules.csv", NULL},
                                {NULL, NULL}};
    struct dictionary *d;
    problems_release(&p);
    assert_true(small_load(&d, none, "", &p, &e));
    assert_int_equal(have(d, "x")->group, DICTIONARY_DEPTH_MAX / 2);
    dictionary_free(d);
    refused(file, arena_printf(a, "%sbegin_group,more,M\nend_group,\n%s", deep, ends));
    bool deeper = false;
    for (size_t i = 0; i < p.n; i++) deeper |= strcmp(p.item[i].id, "survey.too_deep") == 0;
    assert_true(deeper);
    arena_free(a);
}

/* --- 8
 * ------------------------------------------------------------------------------------------- */

/* Words of checks over several records are read, and nothing judges them here. */
static void quality_rules(void **state)
{
    (void)state;
    static const char *const file = "rules-quality.csv", *const head =
        "id,form,severity,scope,needs,applies,expression,message::English (en),message::Português (pt),"
        "remedy::English (en),source\n";
    struct arena *a = arena_new(ARENA_PLAIN);
    struct small_file instead[] = {{file, NULL}, {NULL, NULL}};
    struct dictionary *d;
    instead[0].content = arena_printf(
        a, "%sQ61,,W,quality,,,,Same key.,Mesma chave.,Look.,8#Q61\n"
           "Q21,victim,E,quality,,,,Sources differ.,As fontes divergem.,Ask.,8#Q21\n", head);
    problems_release(&p);
    assert_true(small_load(&d, instead, "", &p, &e));
    assert_int_equal(p.n, 0);
    const struct rule *r = dictionary_rule(d, TEXT("Q61")), *q = dictionary_rule(d, TEXT("Q21"));
    assert_int_equal(r->form, FORM_NONE);
    assert_int_equal(q->form, dictionary_form(d, TEXT("victim"))->id);
    assert_true(r->builtin && r->expression == NULL && r->severity == SEVERITY_W);
    assert_string_equal(words_in(&q->message, 1, ""), "As fontes divergem.");
    dictionary_free(d);
    refused(file, arena_printf(a, "%sQ61,,W,quality,,,1 = 1,Same key.,Mesma chave.,Look.,\n", head));
    small_expect(&p, "E rules-quality.csv:2:expression rule.quality_expression", NULL);
    refused(file, arena_printf(a, "%sQ61,suspekt,W,quality,,,,Same key.,Mesma chave.,Look.,\n", head));
    small_expect(&p, "E rules-quality.csv:2:form rule.form", NULL);
    refused(file, arena_printf(a, "%sQ05,,W,quality,,,,Same key.,Mesma chave.,Look.,\n", head));
    small_expect(&p, "E rules-quality.csv:2:id rule.repeated_id", NULL);
    arena_free(a);
}

static void rules(void **state)
{
    (void)state;
    static const char *const file = "rules.csv";
    refused(file, small_edit(file, "Q05,victim,W", "Q13,victim,W"));
    small_expect(&p, "E rules.csv:3:id rule.repeated_id", NULL);
    refused(file, small_edit(file, "Q05,victim,W", "Q05,victim,X"));
    small_expect(&p, "E rules.csv:2:severity rule.severity", NULL);
    refused(file, small_edit(file, "Q05,victim,W", "Q05,victims,W"));
    small_expect(&p, "E rules.csv:2:form rule.form", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'victim'?");
    refused(file, small_edit(file, "Q13,victim,E,episode", "Q13,victim,E,episodes"));
    small_expect(&p, "E rules.csv:3:scope rule.scope", NULL);
    assert_string_equal(p.item[0].remedy, "did you mean 'episode'?");
    refused(file, small_edit(file, "end start", "ending start"));
    small_expect(&p, "E rules.csv:3:needs rule.unknown_need", NULL);
    refused(file, small_edit(file, "${age} <= 80", ""));
    small_expect(&p, "E rules.csv:2:expression rule.no_expression", NULL);
    refused(file, small_edit(file, "Q05,victim,W", "Q 5,victim,W"));
    small_expect(&p, "E rules.csv:2:id rule.bad_id", NULL);
    refused(file, small_edit(file, "Q05,victim,W,,", "V99,,W,program,"));
    small_expect(&p, "E rules.csv:2:id rule.unknown_builtin", NULL);
    refused(file, small_edit(file, "Q05,victim,W,,", "V01,,W,program,"));
    small_expect(&p, "E rules-program.csv:2:id rule.repeated_id", NULL);
}

/* --- 9
 * ------------------------------------------------------------------------------------------- */

static void expressions(void **state)
{
    (void)state;
    static const char *const file = "dictionary/victim.csv";
    refused(file, edit(". >= 0 and . <= 120", ". >= 0 and"));
    assert_int_equal(p.n, 1);
    assert_string_equal(p.item[0].file, file);
    assert_int_equal(p.item[0].row, 12);
    assert_string_equal(p.item[0].column, "constraint");
    assert_non_null(strstr(p.item[0].message, "at its end"));
    refused(file, edit("${age} >= 18", "${agee} >= 18"));
    small_expect(&p, "E dictionary/victim.csv:15:calculation expr.unknown_variable", NULL);
    assert_non_null(strstr(p.item[0].message, "at byte 4: \"${agee}")); /* behind if( */
    assert_non_null(strstr(p.item[0].remedy, "age"));
    refused("rules.csv", small_edit("rules.csv", "${start} <= ${end}", "${start} <= "));
    assert_string_equal(p.item[0].column, "expression");
    refused("rules.csv",
            small_edit("rules.csv", "Q05,victim,W,,age,,", "Q05,victim,W,,age,nonsense(),"));
    assert_string_equal(p.item[0].column, "applies");
    /* A cycle is named where it is. */
    refused(file, edit("decimal,pay,Pay,Salário,,,,,,,,,,-,,,,\n",
                       "calculate,pay,Pay,Salário,,,,,,,${more} + 1,,,-,integer,,,\n"
                       "calculate,more,More,Mais,,,,,,,${pay} + 1,,,-,integer,,,\n"));
    assert_non_null(strstr(p.item[0].message, "pay"));
    assert_non_null(strstr(p.item[0].message, "more"));
    assert_int_equal(p.n_fatal, 1);
}

static void relevance(void **state)
{
    (void)state;
    static const char *const file = "dictionary/victim.csv";
    struct dictionary *d;
    /* group entry: only women; note: only adults; both hold for note, the first for ref */
    const char *sheet = edit("begin_group,entry,Entry,Registo,,,,",
                             "begin_group,entry,Entry,Registo,,,${sex} = 'F',");
    struct small_file instead[] = {{file, sheet}, {NULL, NULL}};
    problems_release(&p);
    if (!small_load(&d, instead, "", &p, &e)) fail_msg("%s: %s", e.detail, p.item[0].message);
    assert_non_null(have(d, "ref")->relevant);
    assert_string_equal(expr_text(have(d, "ref")->relevant).p, "(${sex} = 'F')");
    assert_null(have(d, "name")->relevant);
    dictionary_free(d);
    /* A fault in a group's relevance is reported once, at the group, not at each of its
     * variables. */
    refused(file, edit("begin_group,entry,Entry,Registo,,,,",
                       "begin_group,entry,Entry,Registo,,,${sx} = ,"));
    assert_int_equal(p.n, 1);
    assert_int_equal(p.item[0].row, 2);
}

/* --- 10
 * ------------------------------------------------------------------------------------------ */

static void parameters(void **state)
{
    (void)state;
    refused("parameters.csv", "name,value,uncertain\na,1,no\na,2,no\nb c,3,no\nd,4,perhaps\n");
    small_expect(&p, "E parameters.csv:3:name parameter.repeated",
                 "E parameters.csv:4:name parameter.bad_name",
                 "E parameters.csv:5:uncertain dictionary.not_yes_or_no", NULL);
    refused("parameters.csv", "name\na\n");
    small_expect(&p, "E parameters.csv:1:value sheet.missing_column", NULL);
}

static void system_variables(void **state)
{
    (void)state;
    refused("dictionary/system.csv",
            "type,name,label\nselect_one CL_ORGANISATION,organisation,O\n");
    assert_int_equal(p.n_fatal, 2); /* in both forms */
    assert_string_equal(p.item[p.n - 1].id, "dictionary.system_variable");
    refused(
        "dictionary/system.csv",
        "type,name,label\nselect_one CL_SEX,organisation,O\nselect_one CL_ORGTYPE,organisation_type,T\n");
    assert_string_equal(p.item[p.n - 1].id, "dictionary.system_variable");
}

/* --- 11, 12
 * -------------------------------------------------------------------------------------- */

static void all_at_once(void **state)
{
    (void)state;
    struct dictionary *d;
    struct small_file instead[] = {{"dictionary/victim.csv", edit("decimal,pay,", "decimals,pay,")},
                                   {"codelists/CL_SEX.csv",
                                    small_edit("codelists/CL_SEX.csv", "M,Male", "F,Male")},
                                   {"rules.csv",
                                    small_edit("rules.csv", "Q05,victim,W", "Q05,victim,X")},
                                   {"parameters.csv", "name,value\n1,2\n"},
                                   {"codelists/CL_COUNTRY.csv", "name,label\nP\xFFT,x\n"},
                                   {NULL, NULL}};
    problems_release(&p);
    assert_false(small_load(&d, instead, "", &p, &e));
    /* The list that cannot be read takes the variable that uses it with it. */
    small_expect(&p, "E parameters.csv:2:name parameter.bad_name",
                 "E codelists/CL_COUNTRY.csv:2: sheet.not_utf8",
                 "E codelists/CL_SEX.csv:3:name codelist.repeated_code",
                 "E dictionary/victim.csv:13:type survey.unknown_type",
                 "E dictionary/victim.csv:14:type dictionary.unknown_list",
                 "E rules.csv:2:severity rule.severity", NULL);
    assert_string_equal(e.msg, "the dictionary in small has 6 problems");
    assert_non_null(strstr(e.detail, "parameters.csv, row 2"));
    assert_non_null(strstr(e.remedy, "dcim pack check"));
}

static void missing_words(void **state)
{
    (void)state;
    taken("codelists/CL_SEX.csv",
          "name,label::English (en),label::Português (pt)\nF,Female,\nM,Male,\nX,,Outro\n");
    small_expect(&p, "W codelists/CL_SEX.csv:4:label::en dictionary.missing_label",
                 "W codelists/CL_SEX.csv:2:label::pt dictionary.missing_label", NULL);
    assert_non_null(strstr(p.item[1].message, "2 rows are without words in 'pt'"));
    taken("dictionary/victim.csv", edit("decimal,pay,Pay,Salário", "decimal,pay,Pay,"));
    small_expect(&p, "W dictionary/victim.csv:13:label::pt dictionary.missing_label", NULL);
    taken("dictionary/victim.csv", edit("From 0 to 120.,De 0 a 120.", "From 0 to 120.,"));
    small_expect(&p, "W dictionary/victim.csv:12:constraint_message::pt dictionary.missing_label",
                 NULL);
    /* a pack that speaks English alone misses no Portuguese */
    struct dictionary *d;
    struct small_file instead[] = {
        {"packs/xx/pack.csv",
         "key,value,note,source,uncertain\ncountry,XX,,,\nname,Xanadu,,,\nlanguages,en,,,\n"},
        {"dictionary/victim.csv", edit("decimal,pay,Pay,Salário", "decimal,pay,Pay,")},
        {NULL, NULL}};
    problems_release(&p);
    assert_true(small_load(&d, instead, "xx", &p, &e));
    for (size_t i = 0; i < p.n; i++)
        if (strstr(p.item[i].id, "missing_label") != NULL) assert_null(strstr(p.item[i].column, "::pt"));
    dictionary_free(d);
}

/* --- 13
 * ------------------------------------------------------------------------------------------ */

static void hash(void **state)
{
    (void)state;
    struct dictionary *d, *again;
    uint8_t want[32];
    struct crypto_sha256er h;
    problems_release(&p);
    assert_true(small_load(&d, NULL, "", &p, &e));
    /* By hand: sorted names with NUL, length in eight bytes, content. */
    size_t n = 0;
    for (const struct small_file *f = small_files; f->name != NULL; f++)
        n += strncmp(f->name, "packs/", 6) != 0;
    crypto_sha256_init(&h);
    const char *last = "";
    for (size_t i = 0; i < n; i++) {
        const char *next = NULL, *content = NULL;
        for (const struct small_file *f = small_files; f->name != NULL; f++)
            if (strncmp(f->name, "packs/", 6) != 0 && strcmp(f->name, last) > 0 &&
                (next == NULL || strcmp(f->name, next) < 0)) {
                next = f->name;
                content = f->content;
            }
        assert_non_null(next);
        uint8_t length[8] = {(uint8_t)strlen(content), (uint8_t)(strlen(content) >> 8)};
        crypto_sha256_add(&h, next, strlen(next) + 1);
        crypto_sha256_add(&h, length, 8);
        crypto_sha256_add(&h, content, strlen(content));
        last = next;
    }
    crypto_sha256_finish(&h, want);
    assert_memory_equal(d->hash, want, 32);
    /* Any change, also of a pack laid over it, is another dictionary. */
    problems_release(&p);
    assert_true(small_load(&again, NULL, "xx", &p, &e));
    assert_memory_not_equal(again->hash, want, 32);
    dictionary_free(again);
    struct small_file instead[] = {
        {"parameters.csv",
         "name,value,note,source,uncertain\nQ05_above,81,,8#Q05,no\ncountry,XX,,,yes\n"},
        {NULL, NULL}};
    problems_release(&p);
    assert_true(small_load(&again, instead, "", &p, &e));
    assert_memory_not_equal(again->hash, want, 32);
    dictionary_free(again);
    dictionary_free(d);
}

/* --- 14, 15
 * -------------------------------------------------------------------------------------- */

/* A form of `n` variables; every tenth with a constraint. */
static char *wide_form(struct buf *b, int n)
{
    buf_init(b, 1 << 24);
    buf_puts(b, "type,name,label::English (en),label::Português (pt),relevant,constraint,"
                "constraint_message::English (en),"
                "constraint_message::Português (pt),bind::thb:privacy\n");
    for (int i = 0; i < n; i++)
        buf_printf(b, "%s,v%d,Variable %d,Variável %d,%s,%s,%s,%s,Q\n",
                   i % 3 == 0 ? "select_one CL_BIG" : "integer", i, i, i,
                   i % 10 == 9 ? "${v0} = 'B17' or ${v1} > 3" : "",
                   i % 3 == 1 ? ". >= 0 and . <= 120" : "", i % 3 == 1 ? "no" : "",
                   i % 3 == 1 ? "não" : "");
    return b->p;
}

static void limits(void **state)
{
    (void)state;
    struct buf form;
    struct small_file instead[] = {{"dictionary/suspect.csv", NULL},
                                   {"codelists/CL_BIG.csv",
                                    "name,label::English (en),label::Português (pt)\nB17,x,y\n"},
                                   {NULL, NULL}};
    struct dictionary *d;
    instead[0].content = wide_form(&form, DICTIONARY_VARS_MAX + 10);
    problems_release(&p);
    assert_false(small_load(&d, instead, "", &p, &e));
    size_t said = 0;
    for (size_t i = 0; i < p.n; i++) said += strcmp(p.item[i].id, "survey.too_many_variables") == 0;
    assert_int_equal(said, 1);
    buf_release(&form);

    buf_init(&form, 1 << 24);
    buf_puts(&form, "name,label\n");
    for (int i = 0; i <= LIST_CODES_MAX; i++) buf_printf(&form, "c%d,x\n", i);
    refused("codelists/CL_BIG.csv", form.p);
    assert_string_equal(p.item[0].id, "codelist.too_long");
    buf_release(&form);
}

/* Processor time of this program: other work on the machine does not count. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void speed(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    struct buf form, list;
    struct dictionary *d;
    buf_init(&list, 1 << 24);
    buf_puts(&list, "name,label::English (en),label::Português (pt),parent,sort,htcds,ctdc\n");
    for (int i = 0; i < 5000; i++)
        buf_printf(&list, "B%d,Code number %d,Código número %d,%s,%d,Htcds%d,ctdc%d\n", i, i, i,
                   i % 10 == 0 ? "" : "B0", i, i, i);
    struct small_file instead[] = {{"dictionary/suspect.csv", wide_form(&form, 400)},
                                   {"codelists/CL_BIG.csv", list.p},
                                   {NULL, NULL}};
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        problems_release(&p);
        double t = cpu_seconds();
        bool ok = small_load(&d, instead, "", &p, &e);
        t = cpu_seconds() - t;
        if (!ok) fail_msg("%s", p.item[0].message);
        if (t < best) best = t;
        dictionary_free(d);
    }
    print_message("430 variables and 5,000 codes: %.0f ms\n", best * 1000);
    assert_true(best < 0.1);
    buf_release(&form);
    buf_release(&list);
}

static int group_teardown(void **state)
{
    (void)state;
    problems_release(&p);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loaded_forms),
                                       cmocka_unit_test(loaded_variables),
                                       cmocka_unit_test(loaded_rest),
                                       cmocka_unit_test(pack),
                                       cmocka_unit_test(pack_faults),
                                       cmocka_unit_test(real),
                                       cmocka_unit_test(files),
                                       cmocka_unit_test(folders),
                                       cmocka_unit_test(settings),
                                       cmocka_unit_test(first_language),
                                       cmocka_unit_test(lists),
                                       cmocka_unit_test(surveys),
                                       cmocka_unit_test(links),
                                       cmocka_unit_test(nesting),
                                       cmocka_unit_test(rules),        cmocka_unit_test(quality_rules),
                                       cmocka_unit_test(expressions),
                                       cmocka_unit_test(relevance),
                                       cmocka_unit_test(parameters),
                                       cmocka_unit_test(system_variables),
                                       cmocka_unit_test(all_at_once),
                                       cmocka_unit_test(missing_words),
                                       cmocka_unit_test(hash),
                                       cmocka_unit_test(limits),
                                       cmocka_unit_test(speed)};
    return cmocka_run_group_tests(tests, NULL, group_teardown);
}
