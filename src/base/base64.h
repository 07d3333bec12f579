/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes as text: base 64 with + and / (RFC 4648, section 4), and that of addresses with - and _
 * (section 5). */
#ifndef DCIM_BASE_BASE64_H
#define DCIM_BASE_BASE64_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>

/* Append `bytes` as text, with = at its end. O(n). */
void base64_put(struct buf *out, struct text bytes);

/* Append the bytes that `t` stands for. Strict: nothing but the 64 letters, = only where it
 * belongs, the bits behind the last byte zero. False: nothing was appended. O(n). */
bool base64_take(struct buf *out, struct text t);

/* The same with the letters - and _ and no = at its end. The bytes of base64_url_take() are at most
 * BASE64_URL_MAX. */
enum { BASE64_URL_MAX = 16384 };
void base64_url_put(struct buf *out, struct text bytes);
bool base64_url_take(struct buf *out, struct text t);

#endif
