/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/shared.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "service/group_commit.h"
#include "service/link_new.h"
#include "service/service_internal.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { LANGUAGES_OF_PROGRAM = 32 };

struct kept { /* the newest snapshot of a form */
    struct snapshot *snapshot;
    int64_t generation, made_at;
};

struct edition {
    struct dictionary *dictionary;
    uint8_t hash[32];
    int64_t n_organisation;
    size_t users;      /* under `lock` of shared */
    struct kept *kept; /* by form; under `lock` */
};

struct words_of {
    char language[16];
    struct catalogue *words;
};

struct shared {
    struct store *keeper; /* holds the keyring; no statement runs on it */
    pthread_mutex_t lock; /* of editions, their users and what they keep */
    pthread_mutex_t building;
    pthread_mutex_t writing;
    struct edition *newest;
    struct words_of words[LANGUAGES_OF_PROGRAM];
    size_t n_words;
    struct uploads *uploads;
    struct jobs *jobs;
    struct group_commit *group;
    struct link_news *link_news;
};

static int64_t now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec;
}

/* ---- words ---- */

static void load_words(struct shared *sh, const char *data, struct arena *a)
{
    struct file_names names = {0};
    const char *folder = arena_printf(a, "%s/i18n", data);
    if (!folder_list(&names, folder, NULL)) return;
    for (size_t i = 0; i < names.n && sh->n_words < LANGUAGES_OF_PROGRAM; i++) {
        size_t n = strlen(names.name[i]);
        struct words_of *w = &sh->words[sh->n_words];
        if (n < 4 || n - 3 >= sizeof w->language || strcmp(names.name[i] + n - 3, ".po") != 0)
            continue;
        memcpy(w->language, names.name[i], n - 3);
        w->language[n - 3] = '\0';
        const char *path = arena_printf(a, "%s/%s", folder, names.name[i]);
        if (catalogue_load(&w->words, path, w->language, NULL, NULL, NULL)) sh->n_words++;
        else w->language[0] = '\0';
    }
    file_names_free(&names);
}

const struct catalogue *shared_words(const struct shared *sh, const char *language)
{
    for (size_t i = 0; i < sh->n_words; i++)
        if (strcmp(sh->words[i].language, language) == 0) return sh->words[i].words;
    return NULL;
}

/* ---- opening ---- */

bool shared_open(struct shared **out, const struct service_options *o, struct err *e)
{
    const char *data;
    struct unlock unlock = {.key_file = o->key_file,
                            .passphrase = o->passphrase,
                            .recovery = o->recovery};
    struct store *keeper;
    *out = NULL;
    if (!store_open(&keeper, o->repository, &unlock, false, e)) return false;
    struct shared *sh = mem_new(1, sizeof *sh);
    sh->keeper = keeper;
    sh->uploads = uploads_new();
    sh->jobs = jobs_new();
    sh->link_news = link_news_new();
    (void)pthread_mutex_init(&sh->lock, NULL);
    (void)pthread_mutex_init(&sh->building, NULL);
    (void)pthread_mutex_init(&sh->writing, NULL);
    sh->group = group_commit_new();
    struct service *s = service_new(o);
    struct arena *a = arena_new(ARENA_PLAIN);
    if (service_data_folder(&data, s, a, NULL)) load_words(sh, data, a);
    arena_free(a);
    service_close(s);
    *out = sh;
    return true;
}

static void edition_free(struct edition *ed)
{
    for (size_t i = 0; i < ed->dictionary->n_form; i++) snapshot_drop(ed->kept[i].snapshot);
    mem_free(ed->kept);
    dictionary_free(ed->dictionary);
    mem_free(ed);
}

void shared_close(struct shared *sh)
{
    if (sh == NULL) return;
    jobs_free(sh->jobs);
    uploads_free(sh->uploads);
    edition_release(sh, sh->newest);
    for (size_t i = 0; i < sh->n_words; i++) catalogue_free(sh->words[i].words);
    link_news_free(sh->link_news);
    store_close(sh->keeper);
    group_commit_free(sh->group);
    (void)pthread_mutex_destroy(&sh->lock);
    (void)pthread_mutex_destroy(&sh->building);
    (void)pthread_mutex_destroy(&sh->writing);
    mem_free(sh);
}

bool shared_store(struct store **out, struct shared *sh, struct err *e)
{
    return store_open_beside(out, sh->keeper, e);
}

/* ---- editions ---- */

bool edition_fits(const struct edition *ed, const struct store_info *info)
{
    return memcmp(ed->hash, info->dictionary_hash, sizeof ed->hash) == 0 &&
           ed->n_organisation == info->n_organisation;
}

struct dictionary *edition_dictionary(const struct edition *ed)
{
    return ed->dictionary;
}

struct edition *shared_edition(struct shared *sh, const struct store_info *info)
{
    (void)pthread_mutex_lock(&sh->lock);
    struct edition *ed = sh->newest;
    if (ed != NULL && edition_fits(ed, info)) ed->users++;
    else ed = NULL;
    (void)pthread_mutex_unlock(&sh->lock);
    return ed;
}

struct edition *edition_publish(struct shared *sh, struct dictionary *d,
                                const struct store_info *info)
{
    struct edition *ed = mem_new(1, sizeof *ed);
    ed->dictionary = d;
    memcpy(ed->hash, info->dictionary_hash, sizeof ed->hash);
    ed->n_organisation = info->n_organisation;
    ed->kept = mem_new(d->n_form, sizeof *ed->kept);
    ed->users = 2; /* whoever made it, and being the newest */
    (void)pthread_mutex_lock(&sh->lock);
    struct edition *before = sh->newest;
    sh->newest = ed;
    (void)pthread_mutex_unlock(&sh->lock);
    edition_release(sh, before);
    return ed;
}

void edition_release(struct shared *sh, struct edition *ed)
{
    if (ed == NULL) return;
    (void)pthread_mutex_lock(&sh->lock);
    bool last = --ed->users == 0;
    (void)pthread_mutex_unlock(&sh->lock);
    if (last) edition_free(ed);
}

/* ---- snapshots ---- */

/* What is kept of a form when it is young enough, held; NULL when it is not. */
static struct snapshot *kept(struct shared *sh, struct edition *ed, form_id form,
                             int64_t generation, int64_t age)
{
    struct snapshot *found = NULL;
    (void)pthread_mutex_lock(&sh->lock);
    const struct kept *k = &ed->kept[form];
    if (k->snapshot != NULL && (k->generation == generation || now_s() - k->made_at <= age))
        found = snapshot_hold(k->snapshot);
    (void)pthread_mutex_unlock(&sh->lock);
    return found;
}

static bool build(struct snapshot **out, struct edition *ed, struct store *st, const struct form *f,
                  struct err *e)
{
    size_t n_part = parallel_threads(), n = 0;
    struct row_source *source = mem_new(n_part, sizeof *source);
    bool ok = true;
    for (; n < n_part && ok; n++) ok = store_row_source(&source[n], st, f, n, n_part, e);
    if (ok) {
        ok = snapshot_build(out, ed->dictionary, f, source, n_part, e);
    } else {
        for (size_t i = 0; i + 1 < n; i++) source[i].close(&source[i]);
    }
    mem_free(source);
    return ok;
}

static void keep(struct shared *sh, struct edition *ed, form_id form, struct snapshot *s,
                 int64_t generation)
{
    (void)pthread_mutex_lock(&sh->lock);
    struct kept *k = &ed->kept[form];
    struct snapshot *before = k->snapshot;
    *k = (struct kept){snapshot_hold(s), generation, now_s()};
    (void)pthread_mutex_unlock(&sh->lock);
    snapshot_drop(before);
}

bool edition_snapshot(struct snapshot **out, struct shared *sh, struct edition *ed,
                      struct store *st, const struct form *f, int64_t generation, struct err *e)
{
    *out = kept(sh, ed, f->id, generation, SNAPSHOT_AGE_S);
    if (*out != NULL) return true;
    if (pthread_mutex_trylock(&sh->building) != 0) {
        *out = kept(sh, ed, f->id, generation, INT64_MAX);
        if (*out != NULL) return true; /* somebody is at it; the one before will do */
        (void)pthread_mutex_lock(&sh->building);
    }
    *out = kept(sh, ed, f->id, generation, SNAPSHOT_AGE_S);
    bool ok = *out != NULL;
    if (!ok && build(out, ed, st, f, e)) {
        keep(sh, ed, f->id, *out, generation);
        ok = true;
    }
    (void)pthread_mutex_unlock(&sh->building);
    return ok;
}

struct link_news *shared_link_news(struct shared *sh)
{
    return sh->link_news;
}

struct uploads *shared_uploads(struct shared *sh)
{
    return sh->uploads;
}

struct group_commit *shared_group(struct shared *sh)
{
    return sh->group;
}

struct jobs *shared_jobs(struct shared *sh)
{
    return sh->jobs;
}

void shared_write_begin(struct shared *sh)
{
    if (sh != NULL) (void)pthread_mutex_lock(&sh->writing);
}

void shared_write_end(struct shared *sh)
{
    if (sh != NULL) (void)pthread_mutex_unlock(&sh->writing);
}
