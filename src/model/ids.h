/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers by which the parts of a dictionary name each other. They are positions in the tables of
 * one loaded dictionary, never stored: what is stored are names and codes (see model/body.h). */
#ifndef DCIM_MODEL_IDS_H
#define DCIM_MODEL_IDS_H

#include <stdint.h>

typedef uint16_t var_id;   /* variable of the dictionary, over all forms */
typedef uint16_t form_id;  /* form of the dictionary */
typedef uint16_t group_id; /* repeat group of one form; 0 is the record itself */
typedef uint16_t list_id;  /* code list of the dictionary */
typedef uint16_t code_id;  /* code within one list, in the order of the list */
typedef uint16_t rule_id;  /* row of the rule catalogue; those built in come first, see finding.h */

#define VAR_NONE UINT16_MAX
#define FORM_NONE UINT16_MAX
#define GROUP_NONE UINT16_MAX
#define LIST_NONE UINT16_MAX
#define CODE_NONE UINT16_MAX
#define RULE_NONE UINT16_MAX

enum missing { /* CL_MISSING, valid for every variable; order is that of storage and tables */
    MISSING_NONE = 0,
    MISSING_U,  /* unknown to the source */
    MISSING_NC, /* not collected by this source */
    MISSING_NA, /* not applicable */
    MISSING_RF, /* person declined to say */
    MISSING_WH, /* known but withheld from this user or recipient */
    MISSING_COUNT
};

/* Code of a missing value, "NC"; NULL for MISSING_NONE. And back: MISSING_NONE when it is none. */
const char *missing_code(enum missing m);
struct text;
enum missing missing_find(struct text code);

enum { LIST_CODES_MAX = 65000, DICTIONARY_VARS_MAX = 4000, LANGUAGES_MAX = 8 };

#endif
