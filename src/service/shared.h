/* SPDX-License-Identifier: EUPL-1.2 */
/* What the threads of a desk have in common: the keyring, the dictionary, the snapshots, the words.
 *
 * Each thread has a service and a connection of its own. A dictionary and the snapshots made with
 * it are an edition; it never changes, is counted, and a newer one takes its place when a pack was
 * installed or an organisation added. A snapshot may be SNAPSHOT_AGE_S older than the register:
 * whoever needs a newer one builds it, and nobody else waits for that. */
#ifndef DCIM_SERVICE_SHARED_H
#define DCIM_SERVICE_SHARED_H

#include "base/catalogue.h"
#include "base/err.h"
#include "dataset/snapshot.h"
#include "model/dictionary.h"
#include "service/client.h"
#include "service/job.h"
#include "service/upload.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SNAPSHOT_AGE_S = 5 };

struct shared;
struct edition;
struct link_news;

/* Unlock the repository of the options, which are borrowed until shared_close(). `owns` *out. */
bool shared_open(struct shared **out, const struct service_options *o, struct err *e) MUST_CHECK;
/* After every service of it is closed. NULL is fine. */
void shared_close(struct shared *sh);

/* One more connection, for a thread of its own. `owns`. */
bool shared_store(struct store **out, struct shared *sh, struct err *e) MUST_CHECK;

/* The edition that fits what the repository says of itself now: the newest, or NULL when it has to
 * be made by edition_publish(). Held until edition_release(). */
struct edition *shared_edition(struct shared *sh, const struct store_info *info);
/* Take over a dictionary just loaded, and hold it as the newest edition. */
struct edition *edition_publish(struct shared *sh, struct dictionary *d,
                                const struct store_info *info);
void edition_release(struct shared *sh, struct edition *ed); /* NULL is fine */
struct dictionary *edition_dictionary(const struct edition *ed);
bool edition_fits(const struct edition *ed, const struct store_info *info);

/* The snapshot of a form, at most SNAPSHOT_AGE_S behind `generation`; built from `st` where there
 * is none so young. *out is held for the caller, who drops it. */
bool edition_snapshot(struct snapshot **out, struct shared *sh, struct edition *ed,
                      struct store *st, const struct form *f, int64_t generation,
                      struct err *e) MUST_CHECK;

/* The program's words in a language, from all that lie beside the data; NULL: English. */
const struct catalogue *shared_words(const struct shared *sh, const char *language);

struct link_news *shared_link_news(struct shared *sh);
struct uploads *shared_uploads(struct shared *sh);
struct jobs *shared_jobs(struct shared *sh);
/* Where entries of reads are committed together. */
struct group_commit *shared_group(struct shared *sh);

/* One thread writes at a time: others wait here in their order, not in the database. */
void shared_write_begin(struct shared *sh);
void shared_write_end(struct shared *sh);

#endif
