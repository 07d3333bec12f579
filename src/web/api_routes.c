/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/api_routes.h"

#include "base/catalogue.h"

#define RECORDS N_("Records")
#define TABLES N_("Tables")
#define RELEASES N_("Releases")
#define BATCHES N_("Batches")
#define IMPORTS N_("Imports")
#define DRAFTS N_("Drafts")
#define WORDS N_("Dictionary")
#define REGISTER N_("Register")

/* What opens direct identifiers, erases, changes accounts or makes keys is not here: people do
 * that, with a second factor. */
static const struct api_route rows[] = {
    {METHOD_GET, "/repository", .operation = "repository.info", .tag = REGISTER},
    {METHOD_GET, "/organisations", .operation = "organisation.list", .tag = REGISTER},

    {METHOD_GET, "/forms", .operation = "dictionary.forms", .tag = WORDS},
    {METHOD_GET, "/variables", .operation = "dictionary.variables", .tag = WORDS},
    {METHOD_GET, "/codes/{list}", .operation = "dictionary.codes", .tag = WORDS},
    {METHOD_GET, "/rules", .operation = "dictionary.rules", .tag = WORDS},

    {METHOD_GET, "/records", .operation = "record.list", .tag = RECORDS, .cursor = "after"},
    {METHOD_GET, "/records/{record}", .operation = "record.show", .tag = RECORDS,
     .etag = "meta.version"},
    {METHOD_GET, "/records/{record}/history", .operation = "record.history", .tag = RECORDS},
    {METHOD_POST, "/records/{record}/links", .operation = "record.links", .tag = RECORDS,
     .about = N_("It only reads; the purpose is in the body and not in the address, where it would "
                 "be kept by others. It is the purpose of the key.")},
    {METHOD_POST, "/records/{record}/draft", .operation = "entry.open", .tag = RECORDS,
     .location = "/drafts/{draft}", .etag = "draft_version"},

    {METHOD_POST, "/uploads", .operation = "upload.put", .tag = IMPORTS,
     .about = N_("A piece of a file, in order; the answer's `upload` names it. The last one has "
                 "`last`. A file of one piece can go to `/imports` at once.")},
    {METHOD_POST, "/imports", .operation = "import.submit", .tag = IMPORTS, .later = true,
     .location = "/imports/{job}",
     .about = N_("Nothing is kept of it before `confirm`. The key also wants `import.check`.")},
    {METHOD_GET, "/imports/{job}", .operation = "job.show", .tag = IMPORTS,
     .about = N_("Kept for half an hour after it was last looked at.")},
    {METHOD_GET, "/imports/{job}/findings", .operation = "job.findings", .tag = IMPORTS},
    {METHOD_GET, "/imports/{job}/conflicts", .operation = "job.conflicts", .tag = IMPORTS},
    {METHOD_GET, "/imports/{job}/file", .operation = "import.errors_file", .tag = IMPORTS},
    {METHOD_POST, "/imports/{job}/confirm", .operation = "import.confirm", .tag = IMPORTS,
     .later = true, .location = "/imports/{job}",
     .about =
         N_("Imports the file whose check was this job, as a job of its own. The key also wants "
            "`import.run`.")},
    {METHOD_DELETE, "/imports/{job}", .operation = "job.cancel", .tag = IMPORTS},

    {METHOD_GET, "/batches", .operation = "batch.list", .tag = BATCHES},
    {METHOD_POST, "/batches/{batch}/undo", .operation = "batch.undo", .tag = BATCHES},

    {METHOD_GET, "/tables/variables", .operation = "explore.variables", .tag = TABLES},
    {METHOD_POST, "/tables", .operation = "explore.table", .tag = TABLES,
     .about = N_("It makes nothing that stays: codes that somebody asks for do not belong into an "
                 "address.")},
    {METHOD_POST, "/tables/download", .operation = "explore.download", .tag = TABLES,
     .about = N_("A file comes in pieces: ask again with `offset` set to the last answer's `next`, "
                 "and `digest` to its digest, until `next` is -1.")},
    {METHOD_GET, "/releases", .operation = "release.list", .tag = RELEASES},
    {METHOD_GET, "/releases/{release}", .operation = "release.read", .tag = RELEASES,
     .about = N_("`document` has all tables in full, in every language (docs/formats/release.md); it is "
                 "left out where the release was withdrawn. To check `digest`, take the file.")},
    {METHOD_GET, "/releases/{release}/file", .operation = "release.download", .tag = RELEASES,
     .about = N_("With `format` json the very bytes that were approved, whose SHA-256 is the release's "
                 "digest.")},

    {METHOD_GET, "/dashboards", .operation = "dashboard.list", .tag = TABLES},
    {METHOD_GET, "/dashboards/{name}", .operation = "dashboard.show", .tag = TABLES},

    {METHOD_GET, "/drafts", .operation = "entry.list", .tag = DRAFTS},
    {METHOD_POST, "/drafts", .operation = "entry.begin", .tag = DRAFTS,
     .location = "/drafts/{draft}", .etag = "draft_version"},
    {METHOD_GET, "/drafts/{draft}", .operation = "entry.sections", .tag = DRAFTS,
     .etag = "draft_version"},
    {METHOD_GET, "/drafts/{draft}/sections/{section}", .operation = "entry.section", .tag = DRAFTS,
     .etag = "draft_version"},
    {METHOD_PATCH, "/drafts/{draft}", .operation = "entry.save", .tag = DRAFTS,
     .version = "version", .etag = "draft_version", .conflict = 412,
     .about =
         N_("Where somebody has saved meanwhile, what was sent is kept beside the draft and is "
            "shown by `compare`.")},
    {METHOD_GET, "/drafts/{draft}/check", .operation = "entry.check", .tag = DRAFTS,
     .etag = "draft_version"},
    {METHOD_GET, "/drafts/{draft}/compare", .operation = "entry.compare", .tag = DRAFTS,
     .etag = "draft_version"},
    {METHOD_POST, "/drafts/{draft}/resolve", .operation = "entry.resolve", .tag = DRAFTS,
     .version = "version", .etag = "draft_version"},
    {METHOD_POST, "/drafts/{draft}/conflict", .operation = "entry.conflict", .tag = DRAFTS,
     .etag = "draft_version", .about = N_("It only reads.")},
    {METHOD_POST, "/drafts/{draft}/merge", .operation = "entry.merge", .tag = DRAFTS,
     .version = "version", .etag = "draft_version"},
    {METHOD_POST, "/drafts/{draft}/submit", .operation = "entry.submit", .tag = DRAFTS,
     .version = "version", .conflict = 409,
     .about = N_("Where somebody has changed the record meanwhile nothing is written (409); "
                 "`conflict` shows both, and `merge` brings them together.")},
    {METHOD_DELETE, "/drafts/{draft}", .operation = "entry.discard", .tag = DRAFTS},
};

const struct api_route *api_route_at(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}
