/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libqrencode: a text as a picture for a camera. */
#ifndef DCIM_BASE_QR_H
#define DCIM_BASE_QR_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* Append the dark squares as the `d` of an SVG path, one unit a square, a run of squares a
 * rectangle, with the quiet zone of four around: the picture is *size units wide and high. ERR_LIMIT
 * "qr.too_long" for more than a code can hold (about 2,300 bytes). Cost: a few milliseconds. */
bool qr_path(struct buf *out, int *size, struct text t, struct err *e) MUST_CHECK;

#endif
