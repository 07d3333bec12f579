/* SPDX-License-Identifier: EUPL-1.2 */
/* A form with every type of value and nested repeats, for the targets that need one. */
#ifndef DCIM_FUZZ_SMALL_FORM_H
#define DCIM_FUZZ_SMALL_FORM_H

#include "model/dictionary_internal.h"

#include <stdlib.h>

static const char small_rules[] =
    "id,form,severity,scope,expression,message\nV01,,E,program,,m\nV02,,E,program,,m\nV03,,E,program,,m\n"
    "V04,,E,program,,m\nV05,,E,program,,m\nV06,,E,program,,m\nV07,,E,program,,m\nV08,,E,program,,m\n"
    "V09,,W,program,,m\nV10,,E,program,,m\nV11,,W,program,,m\nV12,,E,program,,m\nV13,,E,program,,m\n"
    "V14,,E,program,,m\nV15,,E,program,,m\n";

static const char small_survey[] =
    "type,name,label,appearance,bind::thb:privacy\ntext,ref,L,,O\ntext,day,L,thb-date,\ninteger,age,L,,Q\n"
    "decimal,pay,L,,\nselect_one CL_A,one,L,,\nselect_multiple CL_A,many,L,,\ntext,name,L,,D\n"
    "begin_repeat,episode,L,,\nselect_one CL_A,form,L,,\ntext,alias,L,,D\nbegin_repeat,leg,L,,\n"
    "select_multiple CL_A,legs,L,,\nend_repeat,,,,\nend_repeat,,,,\n";

static struct dictionary *small_form(void)
{
    static const char *const file[][2] = {
        {"dictionary/settings.csv",
         "form_id,form_title,version,default_language,data_set,reference\n"
         "victim,V,2026010101,en,victim,ref\n"},
        {"dictionary/system.csv",
         "type,name,label\nselect_one CL_ORGANISATION,organisation,O\n"
         "select_one CL_ORGTYPE,organisation_type,T\n"},
        {"dictionary/victim.csv", small_survey},
        {"codelists/CL_A.csv", "name,label,parent\nE100,One,\nE110,Two words,E100\nNA,Namibia,\n"},
        {"codelists/CL_ORGTYPE.csv", "name,label\n10,Police\n"},
        {"rules.csv", small_rules}};
    struct data_files files = {0};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct err e = {0};
    struct dictionary *d = NULL;
    problems_init(&p, a);
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        data_files_add(&files, file[i][0], text_of(file[i][1]));
    data_files_sort(&files);
    if (!dictionary_build(&d, &files, "fuzz", "", &p, &e)) abort();
    data_files_release(&files);
    problems_release(&p);
    arena_free(a);
    return d;
}

#endif
