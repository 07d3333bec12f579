/* SPDX-License-Identifier: EUPL-1.2 */
/* Files: whole reads with a limit, atomic replacement, folders. New files are 0600, folders 0700
 * (S15). Errors name the path and the system's reason. */
#ifndef DCIM_BASE_FILE_H
#define DCIM_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Append the whole file to `out`. Errors: ERR_LIMIT "file.too_long" over `max` bytes; ERR_INPUT
 * "file.not_found", "file.not_permitted", "file.is_folder"; ERR_SYSTEM "file.unreadable". */
bool file_read(struct buf *out, const char *path, size_t max, struct err *e) MUST_CHECK;

/* Write by a temporary file beside it, fsync, rename, fsync of the folder. A full disk is ERR_SYSTEM
 * "file.no_space", and the old file is still there. A device or pipe is written to as it is. */
bool file_write(const char *path, struct text content, struct err *e) MUST_CHECK;

/* Whether something can be made under this name, asked before the work whose result it is to hold:
 * ERR_USAGE "file.no_place" when the folder it would lie in is not there, "file.place_not_permitted"
 * when one may not write there. The writing itself reports what goes wrong later. */
bool file_place(const char *path, struct err *e) MUST_CHECK;
/* The same for a file that may be replaced: "file.is_folder" when a folder has the name. A device or
 * pipe, and "-" (standard output), has its place. */
bool file_place_to_write(const char *path, struct err *e) MUST_CHECK;

bool file_exists(const char *path);
bool file_size(const char *path, uint64_t *out, struct err *e) MUST_CHECK;
bool folder_make(const char *path, struct err *e) MUST_CHECK;   /* with its parents; fine when there */
bool folder_is_empty(const char *path);                          /* true also when absent */

/* Names in a folder, sorted bytewise, without "." and ".."; `owns`, file_names_free(). */
struct file_names { char **name; size_t n; };
bool folder_list(struct file_names *out, const char *path, struct err *e) MUST_CHECK;
void file_names_free(struct file_names *f);

/* SHA-256 of a whole file, streaming. */
bool file_sha256(uint8_t out[32], const char *path, struct err *e) MUST_CHECK;

/* A file written piece by piece that appears under its name only when finished. "-" is standard
 * output, written as it comes. */
struct file_sink;
bool file_sink_open(struct file_sink **out, const char *path, struct err *e) MUST_CHECK;
void file_sink_put(struct file_sink *s, struct text t);
bool file_sink_close(struct file_sink *s, struct err *e) MUST_CHECK; /* reports what failed; frees */
void file_sink_abandon(struct file_sink *s);

#endif
