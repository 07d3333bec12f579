/* SPDX-License-Identifier: EUPL-1.2 */
/* Style sheets, scripts and pictures, in the program since it was built (tools/assets.mjs). Their
 * addresses hold a hash of their contents: a browser may keep them for ever (S33, `immutable`). */
#ifndef DCIM_WEB_ASSET_H
#define DCIM_WEB_ASSET_H

#include "base/json.h"

#include <stddef.h>

struct asset {
    const char *name;          /* app.css */
    const char *address;       /* /assets/app-0123456789abcdef.css */
    const char *type;          /* for Content-Type */
    const unsigned char *data; /* a NUL stands behind it, not counted */
    size_t n;
    const unsigned char
        *gzip; /* the same for Content-Encoding: gzip; NULL where that is not shorter */
    size_t n_gzip;
};

/* What lies at an address, exactly as asked for ("/assets/..."); NULL when there is nothing. Cost:
 * O(log assets). */
const struct asset *asset_find(const char *address);

/* The address of "app.css"; NULL when there is no asset of that name. */
const char *asset_name(const char *name);

/* All addresses by name, for the page's document: {"app_css": "/assets/app-...css", ...}; what is
 * neither letter nor digit in a name becomes _. `owns`. */
struct json *asset_document(void);

#endif
