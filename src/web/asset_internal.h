/* SPDX-License-Identifier: EUPL-1.2 */
/* What tools/assets.mjs makes. */
#ifndef DCIM_WEB_ASSET_INTERNAL_H
#define DCIM_WEB_ASSET_INTERNAL_H

#include "web/asset.h"

extern const struct asset assets[]; /* in order of their addresses */
extern const size_t asset_count;

#endif
