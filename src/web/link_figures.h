/* SPDX-License-Identifier: EUPL-1.2 */
/* The figures of the page of linkage's quality, made of what link.quality returns: each a table,
 * one sentence that says what it shows, and the kind of chart that suits it (chart-figure.html). */
#ifndef DCIM_WEB_LINK_FIGURES_H
#define DCIM_WEB_LINK_FIGURES_H

#include "base/arena.h"
#include "base/json.h"

/* Put into each form with a run `figures` (weights, estimates by threshold, organisations, overlap,
 * fields), `estimates` [{label value about}] and reviewed_any. Shares are parts of 1. */
void link_figures(struct json *forms, const char *language, struct arena *a);

#endif
