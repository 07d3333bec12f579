/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of a database as its key holder could see them on the disk, with what lies between
 * rows: for tests of what is left behind. */
#ifndef DCIM_TESTS_STORE_PAGES_H
#define DCIM_TESTS_STORE_PAGES_H

#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>

/* Decrypts every page of a database file, and of the journal beside it, if there is one. The caller
 * frees. Fails the test when the first page is not what this key encrypted. */
char *pages_read(const char *path, const struct secret *key, size_t *n);

/* Do these bytes occur in those? */
bool pages_hold(const char *pages, size_t n_pages, const void *p, size_t n);

/* How many pages of b-trees keep content in the gap between their pointers and their first cell.
 * *n_tree gets how many pages have a gap of more than a row's worth. */
size_t pages_with_remains(const char *pages, size_t n_pages, size_t *n_tree);

#endif
