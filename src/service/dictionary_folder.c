/* SPDX-License-Identifier: EUPL-1.2 */
/* Where dictionaries lie: the data folder that comes with the program, and the copy that each
 * repository keeps, so that a repository never changes its meaning because the program was
 * updated. */
#include "service/service_internal.h"

#include "base/catalogue.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DATA_FILE_MAX = 16 * 1024 * 1024 };

/* Folder of the program: what stands before the last '/' of its path. */
static const char *program_folder(const struct service *s, struct arena *a)
{
    const char *program = s->options.program == NULL ? "" : s->options.program;
    const char *slash = strrchr(program, '/');
    return slash == NULL ? "." : arena_copy(a, program, (size_t)(slash - program));
}

bool service_data_folder(const char **out, struct service *s, struct arena *a, struct err *e)
{
    if (s->options.data != NULL) {
        *out = s->options.data;
        return true;
    }
    const char *program = program_folder(s, a);
    const char *const place[] = {"../data", "../share/dcim/data"};
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
        *out = arena_printf(a, "%s/%s", program, place[i]);
        if (file_exists(arena_printf(a, "%s/dictionary/settings.csv", *out))) return true;
    }
    err_set(e, ERR_NOT_FOUND, "service.no_data",
            "the data folder with dictionary and packs was not found beside %s",
            s->options.program == NULL ? tr("the program") : s->options.program);
    return err_remedy(e, "name it with DCIM_DATA");
}

static bool copy_file(const char *from, const char *to, struct err *e)
{
    struct buf content;
    buf_init(&content, DATA_FILE_MAX);
    bool ok = file_read(&content, from, DATA_FILE_MAX, e) && file_write(to, buf_text(&content), e);
    buf_release(&content);
    return ok;
}

/* The CSV files of one folder; a folder that is absent has none. */
static bool copy_folder(const char *from, const char *to, const char *sub, struct arena *a,
                        struct err *e)
{
    const char *source = sub[0] == '\0' ? from : arena_printf(a, "%s/%s", from, sub);
    const char *target = sub[0] == '\0' ? to : arena_printf(a, "%s/%s", to, sub);
    struct file_names names;
    if (!file_exists(source)) return true;
    if (!folder_make(target, e) || !folder_list(&names, source, e)) return false;
    bool ok = true;
    for (size_t i = 0; i < names.n && ok; i++)
        if (text_ends(text_of(names.name[i]), TEXT(".csv")))
            ok = copy_file(arena_printf(a, "%s/%s", source, names.name[i]),
                           arena_printf(a, "%s/%s", target, names.name[i]), e);
    file_names_free(&names);
    return ok;
}

bool dictionary_folder_copy(const char *from, const char *pack, const char *to, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    bool ok = copy_folder(from, to, "", a, e) && copy_folder(from, to, "dictionary", a, e) &&
              copy_folder(from, to, "codelists", a, e) && copy_folder(from, to, "mappings", a, e);
    if (ok && pack[0] != '\0')
        ok = copy_folder(from, to, arena_printf(a, "packs/%s", pack), a, e) &&
             copy_folder(from, to, arena_printf(a, "packs/%s/codelists", pack), a, e);
    arena_free(a);
    return ok;
}

/* ---------------------------------------------------------------- whole folders */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    (void)remove(path); /* what cannot be removed is met again by whoever needs the place */
    return 0;
}

void folder_remove(const char *path)
{
    enum { OPEN_AT_ONCE = 16 };
    (void)nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}

/* The names of a folder survive a power cut. */
static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    (void)close(fd);
}

bool folder_exchange(const char *path, const char *fresh, struct err *e)
{
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) == 0) return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "file.no_exchange", "could not put %s in its place",
                         path);
}

static bool move_one(const char *from, const char *to, const char *name, struct arena *a,
                     struct err *e)
{
    if (rename(arena_printf(a, "%s/%s", from, name), arena_printf(a, "%s/%s", to, name)) == 0)
        return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "file.no_move", "could not put %s into %s", name,
                         to);
}

bool folder_move_up(const char *from, const char *to, const char *last, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct file_names names = {0};
    bool ok = folder_list(&names, from, e);
    for (size_t i = 0; ok && i < names.n; i++)
        if (strcmp(names.name[i], last) != 0) ok = move_one(from, to, names.name[i], a, e);
    if (ok) {
        sync_folder(to);
        ok = move_one(from, to, last, a, e);
        sync_folder(to);
    }
    if (ok) (void)rmdir(from);
    file_names_free(&names);
    arena_free(a);
    return ok;
}
