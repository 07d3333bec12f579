/* SPDX-License-Identifier: EUPL-1.2 */
/* The writers' own words, for people: "Total", "Unknown", footnotes, the banner. Words of the
 * domain are the dictionary's. They lie in one C table until the message catalogue (data/i18n)
 * exists. */
#ifndef DCIM_EXCHANGE_WORDS_H
#define DCIM_EXCHANGE_WORDS_H

#include <stddef.h>

/* X(id, English, Portuguese). The same conversions, in the same order, in all languages
 * (tested). */
// clang-format off
#define EXCHANGE_WORDS(X) \
    X(TOTAL,          "Total", "Total") \
    X(UNKNOWN,        "Unknown", "Desconhecido") \
    X(NOT_APPLICABLE, "Not applicable", "Não aplicável") \
    X(NOT_SPECIFIED,  "not further specified", "sem outra especificação") \
    X(PERSONS,        "persons", "pessoas") \
    X(RECORDS,        "records", "registos") \
    X(ONE_PERSON,     "one person", "uma pessoa") \
    X(ONE_RECORD,     "one record", "um registo") \
    X(BY,             "by", "por") \
    X(AND,            "and", "e") \
    X(COUNT,          "Count", "Contagem") \
    X(UNIT,           "Counting unit: %s", "Unidade de contagem: %s") \
    X(FILTER,         "Filter: %s", "Filtro: %s") \
    X(HIDDEN, \
      ".. hidden: counts below %lld, and others from which these could be worked out; 0 means none", \
      ".. oculto: contagens inferiores a %lld, e outras a partir das quais estas poderiam ser calculadas; " \
      "0 significa nenhum") \
    X(NONE_HIDDEN,    "No count below %lld had to be hidden", \
                      "Nenhuma contagem inferior a %lld teve de ser ocultada") \
    X(SEVERAL_ROWS,   "%s: several answers possible: %s can be counted in several rows", \
                      "%s: respostas múltiplas: %s pode contar em várias linhas") \
    X(SEVERAL_COLUMNS, "%s: several answers possible: %s can be counted in several columns", \
                      "%s: respostas múltiplas: %s pode contar em várias colunas") \
    X(COUNTRY,        "Country: %s", "País: %s") \
    X(DATA,           "Data of %s: %lld records", "Dados de %s: %lld registos") \
    X(RAW,            "NOT FOR PUBLICATION", "NÃO PUBLICAR") \
    X(CONTINUED,      "(continued)", "(continuação)") \
    X(SHEET_TABLE,    "Table", "Quadro") \
    X(SHEET_ABOUT,    "About", "Sobre") \
    X(METHOD,         "Protection", "Proteção")
// clang-format on

enum exchange_word {
#define X(id, en, pt) WORD_##id,
    EXCHANGE_WORDS(X)
#undef X
        WORD_COUNT_OF
};

/* Word in the language of that code ("pt"), else in English. */
const char *exchange_word(enum exchange_word w, const char *language);

#endif
