/* SPDX-License-Identifier: EUPL-1.2 */
#include "small_data.h"

#include "harness.h"

#include "base/buf.h"
#include "model/dictionary_internal.h"

#include <sys/stat.h>

#define BUILTIN(id) \
    id ",,E,program,,,,\"Wrong: {label}.\",\"Errado: {label}.\",\"See {variable}, {list}.\",\n"

// clang-format off: the rows of a sheet each on a line
const struct small_file small_files[] = {
    {"dictionary/settings.csv",
     "form_id,form_title::English (en),form_title::Português (pt),version,default_language,data_set,"
     "reference\n"
     "victim,Victim,Vítima,2026010101,en,victim,ref\n"
     "suspect,Suspect,Suspeito,2026010101,en,justice,\n"},
    {"dictionary/system.csv",
     "type,name,label::English (en),label::Português (pt),bind::thb:privacy,bind::thb:missing\n"
     "select_one CL_ORGANISATION,organisation,Organisation,Organização,O,none\n"
     "select_one CL_ORGTYPE,organisation_type,Kind of organisation,Tipo de organização,-,none\n"},
    {"dictionary/victim.csv",
     "type,name,label::English (en),label::Português (pt),hint::English (en),required,relevant,constraint,"
     "constraint_message::English (en),constraint_message::Português (pt),calculation,default,appearance,"
     "bind::thb:privacy,bind::thb:value,bind::thb:missing,bind::thb:survivor,bind::thb:htcds\n"
     "begin_group,entry,Entry,Registo,,,,,,,,,,,,,,\n"                       /* row 2 */
     "text,ref,Reference,Referência,Your own number.,yes,,,,,,,,O,,none,,\n" /* 3 */
     "text,entry_date,Date of entry,Data do registo,,yes,,,,,,,thb-date,-,,none,first,\n" /* 4 */
     "date,full_date,Full date,Data completa,,,,,,,,,,-,,,,\n"                            /* 5 */
     "text,note,Note,Nota,,,,,,,,,,O,,,,\n"                                               /* 6 */
     "end_group,,,,,,,,,,,,,,,,,\n"                                                       /* 7 */
     "text,name,Name,Nome,,,,,,,,,,D,,,,prs_Name\n"                                       /* 8 */
     "text,birth_date,Date of birth,Data de nascimento,,,,,,,,,thb-date,D Q,,,,\n"        /* 9 */
     "select_one CL_SEX,sex,Sex,Sexo,,yes,,,,,,,,Q,,,,\n"                                 /* 10 */
     "select_multiple CL_MEANS,means,Means,Meios,,,,,,,,,,-,,,,\n"                        /* 11 */
     "integer,age,Age,Idade,,,,. >= 0 and . <= 120,From 0 to 120.,De 0 a 120.,,,,Q,,,,\n" /* 12 */
     "decimal,pay,Pay,Salário,,,,,,,,,,-,,,,\n"                                           /* 13 */
     "select_one CL_COUNTRY,country,Country,País,,,,,,,,PT,,Q,,,,\n"                      /* 14 */
     "calculate,age_legal,Child or adult,Criança ou adulto,,,,,,,\"if(${age} >= 18, 'AD', 'CH')\",,,Q,"
     "code:CL_AGELEGAL,,first,\n"                                        /* 15 */
     "begin_repeat,episode,Episode,Episódio,,,,,,,,,,,,,,\n"             /* 16 */
     "text,start,Start,Início,,,,,,,,,thb-date,-,,,,\n"                  /* 17 */
     "text,end,End,Fim,,,,,,,,,thb-date,-,,,,\n"                         /* 18 */
     "text,alias,Alias,Alcunha,,,,,,,,,,D,,,,\n"                         /* 19 */
     "begin_repeat,exploitation,Exploitation,Exploração,,,,,,,,,,,,,,\n" /* 20 */
     "select_one CL_EXPL,form,Form,Forma,,,,,,,,,,S,,,,\n"               /* 21 */
     "end_repeat,,,,,,,,,,,,,,,,,\n"
     "end_repeat,,,,,,,,,,,,,,,,,\n"
     "begin_repeat,assistance,Assistance,Assistência,,,,,,,,,,,,,,\n" /* 24 */
     "select_multiple CL_MEANS,kind,Kind,Tipo,,,,,,,,,,-,,,,\n"
     "end_repeat,,,,,,,,,,,,,,,,,\n"},
    {"dictionary/suspect.csv", "type,name,label::English (en),label::Português (pt)\n"
                               "select_one CL_SEX,sex,Sex,Sexo\n"
                               "integer,age,Age,Idade\n"},
    {"codelists/CL_SEX.csv",
     "name,label::English (en),label::Português (pt),parent,valid_from,valid_to,sort,retired_by,eurostat\n"
     "F,Female,Feminino,,,,10,,F\n"
     "M,Male,Masculino,,,,20,,M\n"
     "X,Other,Outro,,,,30,,UNK\n"},
    {"codelists/CL_MEANS.csv",
     "name,label::English (en),label::Português (pt),valid_from,valid_to,sort,retired_by\n"
     "M2,Other coercion,Outra coação,,,2,\n"
     "M1,Threat or force,Ameaça ou força,,,1,\n"
     "M5,Deception,Engano,,,5,\n"
     "M4,Fraud,Fraude,2015-01-01,2019-12-31,4,M5\n"},
    {"codelists/CL_COUNTRY.csv",
     "name,label::English (en),label::Português (pt),eu\n"
     "PT,Portugal,Portugal,yes\nRO,Romania,Roménia,yes\nNA,Namibia,Namíbia,no\n"
     "NC,New Caledonia,Nova Caledónia,no\n"},
    {"codelists/CL_EXPL.csv", "name,label::English (en),label::Português (pt),parent,level1\n"
                              "E100,Sexual exploitation,Exploração sexual,,E100\n"
                              "E110,Prostitution,Prostituição,E100,E100\n"
                              "E111,Street prostitution,Prostituição de rua,E110,E100\n"
                              "E200,Forced labour,Trabalho forçado,,E200\n"},
    {"codelists/CL_AGELEGAL.csv",
     "name,label::English (en),label::Português (pt)\nCH,Child,Criança\nAD,Adult,Adulto\n"},
    {"codelists/CL_ORGTYPE.csv",
     "name,label::English (en),label::Português (pt)\n10,Police,Polícia\n50,NGO,ONG\n"},
    {"codelists/CL_VSTATUS.csv",
     "name,label::English (en),label::Português (pt)\nS50,Confirmed,Confirmada\n"},
    {"parameters.csv",
     "name,value,note,source,uncertain\nQ05_above,80,,8#Q05,no\ncountry,XX,,,yes\n"},
    {"rules.csv",
     "id,form,severity,scope,needs,applies,expression,message::English (en),message::Português (pt),"
     "remedy::English (en),source\n"
     "Q05,victim,W,,age,,${age} <= 80,The age is high.,A idade é elevada.,Check it.,8#Q05\n"
     "Q13,victim,E,episode,end start,,${start} <= ${end},The end is before the start.,"
     "O fim é anterior ao início.,Swap the dates.,8#Q13\n"},
    {"rules-program.csv",
     "id,form,severity,scope,needs,applies,expression,message::English (en),message::Português (pt),"
     "remedy::English (en),source\n" BUILTIN("V01") BUILTIN("V02") BUILTIN("V03") BUILTIN("V04")
         BUILTIN("V05") BUILTIN("V06") BUILTIN("V07") BUILTIN("V08") BUILTIN("V09") BUILTIN("V10")
             BUILTIN("V11") BUILTIN("V12") BUILTIN("V13") BUILTIN("V14") BUILTIN("V15")},
    {"packs/xx/pack.csv", "key,value,note,source,uncertain\ncountry,XX,,,\nname,Xanadu,,,\n"},
    {"packs/xx/parameters.csv", "name,value,note,source,uncertain\ncountry,PT,,,no\nlocal,7,,,\n"},
    {"packs/xx/survey-victim.csv",
     "action,after,type,name,label::English (en),label::Português (pt),bind::thb:privacy\n"
     "hide,,,pay,,,\n"
     "change,,,sex,Sex at birth,,\n"
     "add,sex,select_one CL_DISTRICT,district,District,Distrito,Q\n"
     "add,,text,district_note,Note on the district,Nota sobre o distrito,O\n"},
    {"packs/xx/codelists/CL_DISTRICT.csv",
     "name,label::English (en),label::Português (pt)\n01,Aveiro,Aveiro\n02,Beja,Beja\n"},
    {"packs/xx/codelists/CL_EXPL.csv",
     "action,name,label::English (en),label::Português (pt),parent,level1\n"
     "hide,E111,,,,\nadd,E240,Football,Futebol,E200,E200\n"},
    {"packs/xx/rules.csv",
     "action,id,form,severity,scope,needs,applies,expression,message::English (en),message::Português (pt)\n"
     "change,Q05,,E,,,,,,\n"
     "add,P01,victim,I,,pay,,${pay} > 0,Never judged.,Nunca avaliada.\n"},
    {"packs/xx/status_deciders.csv", "status,org_type,note\nS50,10,police alone\n"},
    {"packs/xx/organisations.csv", "code,type,name\nGNR,10,Guarda\n"},
    {NULL, NULL},
};
// clang-format on

static struct arena *held;

static const struct small_file *replaced(const struct small_file *instead, const char *name)
{
    for (; instead != NULL && instead->name != NULL; instead++)
        if (strcmp(instead->name, name) == 0) return instead;
    return NULL;
}

static bool known(const char *name)
{
    for (const struct small_file *f = small_files; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0) return true;
    return false;
}

/* Files of a pack belong to the dictionary only when the pack is named, as in a folder. */
static bool wanted(const char *name, const char *pack)
{
    char prefix[64];
    if (strncmp(name, "packs/", 6) != 0) return true;
    snprintf(prefix, sizeof prefix, "packs/%s/", pack);
    return pack[0] != '\0' && strncmp(name, prefix, strlen(prefix)) == 0;
}

bool small_load(struct dictionary **out, const struct small_file *instead, const char *pack,
                struct problems *problems, struct err *e)
{
    struct data_files files = {0};
    arena_free(held);
    held = arena_new(ARENA_PLAIN);
    problems_init(problems, held);
    for (const struct small_file *f = small_files; f->name != NULL; f++) {
        const struct small_file *other = replaced(instead, f->name);
        const char *content = other == NULL ? f->content : other->content;
        if (content != NULL && wanted(f->name, pack))
            data_files_add(&files, f->name, text_of(content));
    }
    for (; instead != NULL && instead->name != NULL; instead++)
        if (!known(instead->name) && instead->content != NULL)
            data_files_add(&files, instead->name, text_of(instead->content));
    data_files_sort(&files);
    bool ok = dictionary_build(out, &files, "small", pack, problems, e);
    data_files_release(&files);
    return ok;
}

struct dictionary *small_dictionary(const char *pack)
{
    struct dictionary *d = NULL;
    struct problems p;
    struct err e = {0};
    bool ok = small_load(&d, NULL, pack, &p, &e);
    for (size_t i = 0; i < p.n; i++)
        print_message("%s:%u:%s: %s\n", p.item[i].file, p.item[i].row, p.item[i].column,
                      p.item[i].message);
    assert_true(ok);
    assert_int_equal(p.n, 0);
    problems_release(&p);
    return d;
}

static void write_under(const char *folder, const char *name, const char *content)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    harness_write_text(path, content);
}

void small_write(const char *folder)
{
    for (const struct small_file *f = small_files; f->name != NULL; f++)
        write_under(folder, f->name, f->content);
}

const char *small_edit(const char *name, const char *old, const char *fresh)
{
    static struct arena *kept;
    if (kept == NULL) kept = arena_new(ARENA_PLAIN);
    for (const struct small_file *f = small_files; f->name != NULL; f++) {
        if (strcmp(f->name, name) != 0) continue;
        const char *at = strstr(f->content, old);
        assert_non_null(at);
        assert_null(strstr(at + 1, old));
        return arena_printf(kept, "%.*s%s%s", (int)(at - f->content), f->content, fresh,
                            at + strlen(old));
    }
    fail_msg("small data has no file %s", name);
    return NULL;
}

void small_expect(const struct problems *p, ...)
{
    va_list ap;
    size_t i = 0;
    va_start(ap, p);
    for (const char *want; (want = va_arg(ap, const char *)) != NULL; i++) {
        char got[512] = "nothing";
        if (i < p->n) {
            const struct problem *x = &p->item[i];
            snprintf(got, sizeof got, "%s %s:%u:%s %s", x->fatal ? "E" : "W", x->file, x->row,
                     x->column, x->id);
            assert_true(x->message[0] != '\0');
            assert_true(x->remedy[0] != '\0'); /* a problem without a way out is no help */
        }
        assert_string_equal(got, want);
    }
    va_end(ap);
    for (size_t k = i; k < p->n; k++)
        print_message("more: %s:%u:%s %s: %s\n", p->item[k].file, p->item[k].row, p->item[k].column,
                      p->item[k].id, p->item[k].message);
    assert_int_equal(p->n, i);
}
