/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void data_files_add(struct data_files *f, const char *name, struct text bytes)
{
    MEM_GROW(f->file, f->cap, f->n + 1);
    f->file[f->n++] = (struct data_file){.name = name, .bytes = bytes};
    f->bytes += bytes.n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct data_file *)a)->name, ((const struct data_file *)b)->name);
}

void data_files_sort(struct data_files *f)
{
    if (f->n > 0) qsort(f->file, f->n, sizeof *f->file, by_name);
}

void data_files_release(struct data_files *f)
{
    mem_free(f->file);
    *f = (struct data_files){0};
}

struct data_file *data_files_find(const struct data_files *f, const char *name)
{
    struct data_file wanted = {.name = name};
    return f->n == 0 ? NULL : bsearch(&wanted, f->file, f->n, sizeof *f->file, by_name);
}

struct reading {
    struct data_files *out;
    const char *folder;
    struct arena *a;
    struct problems *p;
};

static void read_one(struct reading *in, const char *name)
{
    struct err e = {0};
    struct buf b;
    if (in->out->n >= DICTIONARY_FILES_MAX || in->out->bytes >= DICTIONARY_BYTES_MAX) {
        problems_add(in->p, true, "dictionary.too_large", name, 0, "",
                     "delete files or split the folder",
                     "a dictionary may have at most %d files and %d MiB", DICTIONARY_FILES_MAX,
                     DICTIONARY_BYTES_MAX / 1024 / 1024);
        return;
    }
    buf_init(&b, SHEET_BYTES_MAX);
    if (file_read(&b, arena_printf(in->a, "%s/%s", in->folder, name), SHEET_BYTES_MAX, &e))
        data_files_add(in->out, name,
                       (struct text){arena_copy(in->a, b.p == NULL ? "" : b.p, b.n), b.n});
    else problems_add(in->p, true, "dictionary.unreadable", name, 0, "", e.remedy, "%s", e.msg);
    buf_release(&b);
}

static bool is_there(const struct reading *in, const char *name)
{
    return file_exists(arena_printf(in->a, "%s/%s", in->folder, name));
}

/* Every .csv file of a folder; other files (README.md) are not ours. */
static void read_folder(struct reading *in, const char *folder, bool must)
{
    struct err e = {0};
    struct file_names names = {0};
    const char *prefix = folder[0] == '\0' ? "" : "/";
    if (!is_there(in, folder)) {
        if (must)
            problems_add(in->p, true, "dictionary.missing_folder", folder, 0, "",
                         "check the name of the data folder", "the folder '%s' is missing", folder);
        return;
    }
    if (!folder_list(&names, arena_printf(in->a, "%s/%s", in->folder, folder), &e)) {
        problems_add(in->p, true, "dictionary.unreadable", folder, 0, "", e.remedy, "%s", e.msg);
        return;
    }
    for (size_t i = 0; i < names.n; i++)
        if (text_ends(text_of(names.name[i]), TEXT(".csv")) && names.name[i][0] != '.')
            read_one(in, arena_printf(in->a, "%s%s%s", folder, prefix, names.name[i]));
    file_names_free(&names);
}

/* A pack whose folder is missing: which ones are there? */
static void pack_missing(struct reading *in, const char *pack, const char *folder)
{
    struct err e = {0};
    struct file_names names = {0};
    struct buf b;
    buf_init(&b, 300);
    if (!folder_list(&names, arena_printf(in->a, "%s/packs", in->folder), &e)) names.n = 0;
    for (size_t i = 0; i < names.n; i++)
        buf_printf(&b, "%s%s", i == 0 ? tr("the packs are: ") : ", ", names.name[i]);
    problems_add(in->p, true, "pack.missing", folder, 0, "", b.n == 0 ? "there are no packs" : b.p,
                 "the pack '%s' is missing", pack);
    buf_release(&b);
    file_names_free(&names);
}

void data_files_read(struct data_files *out, const char *folder, const char *pack, struct arena *a,
                     struct problems *p)
{
    static const char *const single[] = {"parameters.csv", "rules.csv", "rules-program.csv",
                                         "rules-quality.csv"};
    struct reading in = {.out = out, .folder = folder, .a = a, .p = p};
    *out = (struct data_files){0};
    read_folder(&in, "dictionary", true);
    read_folder(&in, "codelists", true);
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (is_there(&in, single[i])) read_one(&in, single[i]);
    if (pack[0] != '\0') {
        const char *under = arena_printf(a, PACK_PREFIX "%s", pack);
        if (is_there(&in, under)) {
            read_folder(&in, under, true);
            read_folder(&in, arena_printf(a, "%s/codelists", under), false);
        } else {
            pack_missing(&in, pack, under);
        }
    }
    data_files_sort(out);
}
