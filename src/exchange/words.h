/* SPDX-License-Identifier: EUPL-1.2 */
/* The writers' own words, for people: "Total", "Unknown", footnotes, the banner. Words of the
 * domain are the dictionary's. */
#ifndef DCIM_EXCHANGE_WORDS_H
#define DCIM_EXCHANGE_WORDS_H

#include "base/catalogue.h"

/* X(id, English). */
// clang-format off
#define EXCHANGE_WORDS(X) \
    X(TOTAL, N_("Total")) \
    X(UNKNOWN, N_("Unknown")) \
    X(NOT_APPLICABLE, N_("Not applicable")) \
    X(NOT_SPECIFIED, N_("not further specified")) \
    X(PERSONS, N_("persons")) \
    X(RECORDS, N_("records")) \
    X(ONE_PERSON, N_("one person")) \
    X(ONE_RECORD, N_("one record")) \
    X(BY, N_("by")) \
    X(AND, N_("and")) \
    X(COUNT, N_("Count")) \
    X(UNIT, N_("Counting unit: %s")) \
    X(FILTER, N_("Filter: %s")) \
    X(HIDDEN, \
      N_(".. hidden: counts below %lld, and others from which these could be worked out; 0 means none")) \
    X(NONE_HIDDEN, N_("No count below %lld had to be hidden")) \
    X(SEVERAL_ROWS, N_("%s: several answers possible: %s can be counted in several rows")) \
    X(SEVERAL_COLUMNS, N_("%s: several answers possible: %s can be counted in several columns")) \
    X(COUNTRY, N_("Country: %s")) \
    X(DATA, N_("Data of %s: %lld records")) \
    X(DATA_DAY, N_("Data of %s")) \
    X(RAW, N_("NOT FOR PUBLICATION")) \
    X(CONTINUED, N_("(continued)")) \
    X(SHEET_TABLE, N_("Table")) \
    X(SHEET_ABOUT, N_("About")) \
    X(METHOD, N_("Protection"))
// clang-format on

enum exchange_word {
#define X(id, english) WORD_##id,
    EXCHANGE_WORDS(X)
#undef X
        WORD_COUNT_OF
};

/* The word in the language of this thread (base/catalogue.h). */
const char *exchange_word(enum exchange_word w);

#endif
