/* SPDX-License-Identifier: EUPL-1.2 */
/* The repository of a service: opened and closed, its dictionary, the program's words, snapshots. */
#include "service/encodings.h"
#include "service/link_new.h"
#include "service/shared.h"
#include "service/upload.h"
#include "service/job.h"
#include "service/remote.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct service *service_new(const struct service_options *options)
{
    struct service *s = mem_new(1, sizeof *s);
    s->options = *options;
    s->role = role_find(text_of(options->role == NULL ? "custodian" : options->role));
    return s;
}

struct service *service_connect(int socket)
{
    struct service *s = mem_new(1, sizeof *s);
    s->channel = mem_new(1, sizeof *s->channel);
    s->channel->fd = socket;
    return s;
}

void service_drop_snapshots(struct service *s)
{
    if (s->dictionary == NULL || s->snapshot == NULL) return;
    for (size_t f = 0; f < s->dictionary->n_form; f++) {
        snapshot_drop(s->snapshot[f]);
        s->snapshot[f] = NULL;
    }
}

static void close_repository(struct service *s)
{
    service_drop_snapshots(s);
    dashboards_forget(s);
    mem_free(s->snapshot);
    store_close(s->store);
    encodings_free(s->encodings);
    s->encodings = NULL;
    if (s->shared == NULL) dictionary_free(s->dictionary);
    else edition_release(s->shared, s->edition);
    s->edition = NULL;
    s->snapshot = NULL;
    s->store = NULL;
    s->dictionary = NULL;
}

void service_close(struct service *s)
{
    if (s == NULL) return;
    if (s->channel != NULL) (void)close(s->channel->fd);
    mem_free(s->channel);
    close_repository(s);
    json_free(s->problems);
    jobs_free(s->jobs);
    uploads_free(s->uploads);
    link_news_free(s->link_news);
    (void)catalogue_use(NULL); /* whoever called speaks English from here on */
    catalogue_free(s->words);
    mem_free(s);
}

struct uploads *service_uploads(struct service *s)
{
    if (s->shared != NULL) return shared_uploads(s->shared);
    if (s->uploads == NULL) s->uploads = uploads_new();
    return s->uploads;
}

struct jobs *service_jobs(struct service *s)
{
    if (s->shared != NULL) return shared_jobs(s->shared);
    if (s->jobs == NULL) s->jobs = jobs_new();
    return s->jobs;
}

const struct json *service_problems(const struct service *s)
{
    return s->problems;
}

/* ---------------------------------------------------------------- the repository */

static bool load_dictionary(struct service *s, const struct store_info *info, struct arena *a,
                            struct err *e)
{
    struct problems problems;
    problems_init(&problems, a);
    const char *folder = arena_printf(a, "%s/dictionary", s->options.repository);
    bool ok = dictionary_load(&s->dictionary, folder, info->pack, &problems, e);
    if (!ok) service_keep_problems(s, &problems);
    problems_release(&problems);
    if (ok &&
        memcmp(s->dictionary->hash, info->dictionary_hash, sizeof info->dictionary_hash) != 0) {
        err_set(e, ERR_STORE, "service.dictionary_changed",
                "the files in %s are not the ones installed in this repository", folder);
        err_remedy(
            e,
            "if the change is meant, install it with `dcim pack install`, which checks and records it; if "
            "not, restore the folder from a backup");
        return false;
    }
    return ok;
}

static bool add_organisations(struct service *s, struct arena *a, struct err *e)
{
    struct organisation *list;
    size_t n;
    if (!store_organisation_list(&list, &n, s->store, a, e)) return false;
    for (size_t i = 0; i < n; i++)
        dictionary_add_organisation(s->dictionary, text_of(list[i].code), text_of(list[i].name),
                                    text_of(list[i].type));
    return true;
}

/* The program's words in this language, read when they are first needed. Where there are none, or
 * where they cannot be read, it speaks English: no reason not to do what was asked. */
void service_speak(struct service *s, const char *language, struct arena *a)
{
    const char *data;
    if (s->shared != NULL) {
        (void)catalogue_use(shared_words(s->shared, language));
        return;
    }
    struct arena_mark mark = arena_mark(a);
    if (s->words_language[0] != '\0' && strcmp(s->words_language, language) == 0) {
        (void)catalogue_use(s->words);
        return;
    }
    (void)catalogue_use(NULL);
    catalogue_free(s->words);
    s->words = NULL;
    snprintf(s->words_language, sizeof s->words_language, "%s", language);
    bool plain = strspn(language, "abcdefghijklmnopqrstuvwxyz") == strlen(language);
    if (plain && strcmp(language, "en") != 0 && service_data_folder(&data, s, a, NULL) &&
        !catalogue_load(&s->words, arena_printf(a, "%s/i18n/%s.po", data, language), language, NULL,
                        NULL, NULL))
        s->words = NULL;
    (void)catalogue_use(s->words);
    arena_rewind(a, mark);
}

void call_speak(struct call *c, const struct dictionary *d)
{
    const char *language = c->who.language;
    if (language == NULL) language = dictionary_pack_value(d, "default_language", "en");
    c->language = dictionary_language(d, text_of(language));
    service_speak(c->s, language, c->arena);
}

struct unlock service_unlock(const struct service *s)
{
    return (struct unlock){.key_file = s->options.key_file,
                           .passphrase = s->options.passphrase,
                           .recovery = s->options.recovery};
}

static bool use_dictionary(struct service *s, struct err *e)
{
    s->snapshot = mem_new(s->dictionary->n_form, sizeof(struct snapshot *));
    const struct secret *key = keyring_key(store_keyring(s->store), KEY_LINKAGE);
    if (key != NULL) {
        s->encodings = encodings_new(s->dictionary, key);
        store_set_encode(s->store, encodings_make, s->encodings);
    }
    return store_use_dictionary(s->store, s->dictionary, e);
}

static bool open_repository(struct service *s, struct arena *a, struct err *e)
{
    const struct service_options *o = &s->options;
    struct unlock unlock = service_unlock(s);
    struct store_info info;
    if (o->repository == NULL || !file_exists(arena_printf(a, "%s/database", o->repository))) {
        err_set(e, ERR_NOT_FOUND, "service.no_repository", "there is no repository at %s",
                o->repository == NULL ? tr("(none named)") : o->repository);
        return err_remedy(
            e,
            "name its folder with --repository or DCIM_REPOSITORY, or make one: dcim init --pack pt DIR");
    }
    if (!store_open(&s->store, o->repository, &unlock, false, e)) return false;
    return store_info(&info, s->store, e) && load_dictionary(s, &info, a, e) &&
           add_organisations(s, a, e) && use_dictionary(s, e);
}

/* The same as one thread of a desk: the repository is unlocked, and the dictionary may be there. */
static bool open_shared(struct service *s, struct arena *a, struct err *e)
{
    struct store_info info;
    if (!shared_store(&s->store, s->shared, e) || !store_info(&info, s->store, e)) return false;
    s->edition = shared_edition(s->shared, &info);
    if (s->edition == NULL) {
        /* it is no edition yet, so nobody else frees it */
        if (!load_dictionary(s, &info, a, e) || !add_organisations(s, a, e)) {
            dictionary_free(s->dictionary);
            s->dictionary = NULL;
            return false;
        }
        s->edition = edition_publish(s->shared, s->dictionary, &info);
    }
    s->dictionary = edition_dictionary(s->edition);
    return use_dictionary(s, e);
}

/* Whether another process has installed another dictionary since this one was loaded. */
static bool dictionary_is_old(bool *out, struct service *s, struct err *e)
{
    struct store_info info;
    if (!store_info(&info, s->store, e)) return false;
    *out = s->shared != NULL ? !edition_fits(s->edition, &info)
                             : memcmp(s->dictionary->hash, info.dictionary_hash,
                                      sizeof info.dictionary_hash) != 0;
    return true;
}

bool service_repository(struct service *s, struct err *e)
{
    bool old = s->reopen;
    if (s->store != NULL && !old && !dictionary_is_old(&old, s, e)) return false;
    if (old) close_repository(s);
    if (s->store != NULL) return true;
    struct arena *a = arena_new(ARENA_PLAIN);
    bool ok = s->shared != NULL ? open_shared(s, a, e) : open_repository(s, a, e);
    s->reopen = false;
    if (!ok) close_repository(s);
    arena_free(a);
    return ok;
}

bool service_snapshot(struct snapshot **out, struct service *s, const struct form *f, struct err *e)
{
    int64_t generation;
    if (!store_generation(&generation, s->store, e)) return false;
    if (s->shared != NULL) {
        if (s->snapshot[f->id] == NULL && !edition_snapshot(&s->snapshot[f->id], s->shared,
                                                            s->edition, s->store, f, generation, e))
            return false;
        *out = s->snapshot[f->id];
        return true;
    }
    if (generation != s->generation) service_drop_snapshots(s);
    s->generation = generation;
    if (s->snapshot[f->id] == NULL) {
        size_t n_part = parallel_threads();
        struct row_source *source = mem_new(n_part, sizeof *source);
        size_t n = 0;
        bool ok = true;
        for (; n < n_part && ok; n++) ok = store_row_source(&source[n], s->store, f, n, n_part, e);
        if (ok) {
            ok = snapshot_build(&s->snapshot[f->id], s->dictionary, f, source, n_part, e);
        } else {
            for (size_t i = 0; i + 1 < n; i++) source[i].close(&source[i]);
        }
        mem_free(source);
        if (!ok) return false;
    }
    *out = s->snapshot[f->id];
    return true;
}
