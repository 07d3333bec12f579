/* SPDX-License-Identifier: EUPL-1.2 */
#include "linked.h"

#include "harness.h"

#include "base/buf.h"

#include <string.h>

static const char *const family[] = {"almeida",  "barbosa",   "cardoso",   "domingues", "esteves",
                                     "ferreira", "guerreiro", "henriques", "inacio",    "jeronimo",
                                     "lourenco", "magalhaes", "nogueira",  "oliveira",  "pacheco",
                                     "queiros",  "rodrigues", "salgueiro", "teixeira"};
static const char *const given[] = {"ana",      "beatriz", "carlos", "dinis", "eva",
                                    "fernando", "graca",   "hugo",   "ines",  "joaquim",
                                    "lurdes",   "mario",   "natalia"};
enum { FAMILIES = sizeof family / sizeof *family, GIVENS = sizeof given / sizeof *given };

/* A letter is dropped. */
static void name_of(char *out, size_t size, const char *name, bool misspelt)
{
    (void)snprintf(out, size, "CANARY%s", name);
    if (misspelt) memmove(out + 8, out + 9, strlen(out + 9) + 1);
}

void linked_rows(const char *path, const char *prefix, int from, int to, bool misspelt)
{
    char last[40], first[40];
    FILE *f = fopen(path, "wb");
    if (f == NULL || fputs(desk_victim_header, f) < 0) fail_msg("could not write %s", path);
    for (int i = from; i < to; i++) {
        int age = 19 + i * 7 % 41;
        name_of(last, sizeof last, family[i * 5 % FAMILIES], misspelt && i % 4 == 1);
        name_of(first, sizeof first, given[i * 3 % GIVENS], false);
        (void)
            fprintf(f,
                    "%s-%d,%s,%s,%d-01-%02d,2023-%02d-%02d,%s,%d,PT,PT,E100,,PT,2022-%02d,yes,S30,"
                    "2023-12-%02d,14,LB3\n",
                    prefix, i, last, first, 2023 - age, 1 + i * 11 % 28, 2 + i % 10, 1 + i % 28,
                    i % 2 == 0 ? "F" : "M", age, 1 + i % 12, 1 + i % 28);
    }
    if (fclose(f) != 0) fail_msg("could not write %s", path);
}

struct service *linked_make(void)
{
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "linkage";
    o.language = "en";
    struct service *s = desk_open_with(&o);
    linked_rows("police.csv", "G", 0, LINKED_POLICE, false);
    linked_rows("both.csv", "A", 0, LINKED_BOTH, true);
    linked_rows("shelter.csv", "A", 200, 200 + LINKED_SHELTER, false);
    (void)desk_do(s, "import.run",
                  "{'file':'police.csv','form':'victim','organisation':'GNR','strict':true}");
    (void)desk_do(s, "import.run",
                  "{'file':'both.csv','form':'victim','organisation':'APAV','strict':true}");
    (void)desk_do(s, "import.run",
                  "{'file':'shelter.csv','form':'victim','organisation':'APAV','strict':true}");
    return s;
}

struct service *linked_desk;

int linked_begin(void **state)
{
    (void)state;
    linked_desk = linked_make();
    return 0;
}

int linked_end(void **state)
{
    (void)state;
    service_close(linked_desk);
    return 0;
}

const char *linked_record(struct service *s, const char *prefix, int person)
{
    static char code[20];
    const struct json *r =
        desk_do(s, "record.find", "{'form':'victim','reference':'%s-%d'}", prefix, person);
    const struct json *list = json_get(r, "records");
    if (json_size(list) != 1) fail_msg("%zu records %s-%d", json_size(list), prefix, person);
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 0), "record", ""));
    return code;
}

int64_t linked_persons(struct service *s)
{
    const struct json *forms = json_get(desk_do(s, "repository.info", "{}"), "forms");
    for (size_t i = 0; i < json_size(forms); i++)
        if (strcmp(json_get_text(json_at(forms, i), "form", ""), "victim") == 0)
            return json_get_int(json_at(forms, i), "persons", -1);
    return -1;
}

bool linked_leaks(const struct json *document)
{
    struct buf text;
    buf_init(&text, 16 << 20);
    json_write(&text, document, false);
    bool leaks =
        text.p != NULL && (strstr(text.p, "CANARY") != NULL || strstr(text.p, "canary") != NULL);
    buf_release(&text);
    return leaks;
}
