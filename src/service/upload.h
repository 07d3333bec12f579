/* SPDX-License-Identifier: EUPL-1.2 */
/* What people have uploaded, while they look at it: in the desk's memory, never in a file of the
 * disk and never in the database (S12).
 *
 * An upload comes in pieces, in their order, and is then sealed: from there on nobody can change
 * it, so that what was hashed is what is read. It belongs to one account, and for every other one
 * it is not there (S52). It is forgotten UPLOAD_LIFE_S after it was last used. Nothing here looks
 * into it: that is for the converter, a process of its own (S68). Safe to use from several
 * threads. */
#ifndef DCIM_SERVICE_UPLOAD_H
#define DCIM_SERVICE_UPLOAD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UPLOAD_CODE = 26, /* letters of its name: 128 random bits */
    UPLOAD_PIECE_MAX = 700 * 1024,
    UPLOAD_BYTES_MAX = 32 * 1024 * 1024,
    UPLOAD_ACCOUNT_MAX = 5, /* of one account: the one longest unused gives way */
    UPLOAD_ACCOUNT_BYTES_MAX = 64 * 1024 * 1024, /* the same */
    UPLOAD_ALL_BYTES_MAX = 512 * 1024 * 1024,    /* of all: further pieces are refused */
    UPLOAD_LIFE_S = 30 * 60,
    UPLOAD_NAME_MAX = 200
};

struct uploads;
struct uploads *uploads_new(void);
void uploads_free(struct uploads *u); /* NULL is fine */

/* Forget what nobody has used for so long. `now`: seconds, as everywhere here. O(uploads). */
void uploads_sweep(struct uploads *u, int64_t now);

struct upload_piece {
    const char *code; /* of an upload that was begun; "": begin one */
    const char *name; /* of the file, for people; of the first piece */
    uint64_t offset;  /* where it belongs: just behind what is there */
    struct text bytes;
    bool last;
};

/* Take a piece. `code` gets the upload's name. ERR_CONFLICT "upload.order" (it is not the next
 * piece, or the upload is whole already), ERR_LIMIT "upload.too_large", "upload.no_room",
 * ERR_NOT_FOUND "upload.unknown". What was there stays. */
bool upload_put(char code[UPLOAD_CODE + 1], struct uploads *u, int64_t account_no, int64_t now,
                const struct upload_piece *p, struct err *e) MUST_CHECK;

struct upload_view { /* of a whole upload */
    int file;        /* for reading, by pread(); the holder's */
    const char *name;
    uint64_t size;
    uint8_t sha256[32];
    struct json *choices; /* a copy of what was chosen for it so far: an object */
};

/* *out is to be given back by upload_close(); `name` is from the arena. ERR_NOT_FOUND
 * "upload.unknown" also for one of another account; ERR_CONFLICT "upload.order" for one that is not
 * whole. */
bool upload_open(struct upload_view *out, struct uploads *u, int64_t account_no, int64_t now,
                 struct text code, struct arena *a, struct err *e) MUST_CHECK;
void upload_close(struct upload_view *v);

/* Keep what was chosen: the members of `choices` that are there take the place of those kept. */
bool upload_choose(struct uploads *u, int64_t account_no, int64_t now, struct text code,
                   const struct json *choices, struct err *e) MUST_CHECK;

bool upload_drop(struct uploads *u, int64_t account_no, int64_t now, struct text code,
                 struct err *e) MUST_CHECK;

/* A name nobody guesses: UPLOAD_CODE letters and digits. */
void upload_code_new(char out[UPLOAD_CODE + 1]);

#endif
