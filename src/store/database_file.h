/* SPDX-License-Identifier: EUPL-1.2 */
/* The file of an embedded database, before and after the database itself has it. While it has, nobody
 * else opens it: closing another descriptor would drop its locks. */
#ifndef DCIM_STORE_DATABASE_FILE_H
#define DCIM_STORE_DATABASE_FILE_H

#include "base/err.h"

#include <stdbool.h>

/* An empty file, 0600 whatever the umask; ERR_CONFLICT "store.exists" when there is one. */
bool database_file_make(const char *path, struct err *e) MUST_CHECK;

/* ERR_NOT_FOUND "store.missing". *usable: a regular file that is not empty; an empty one would become
 * a new database under any key. */
bool database_file_find(bool *usable, const char *path, struct err *e) MUST_CHECK;

/* With its journal; nothing is fine. */
void database_file_remove(const char *path);

#endif
