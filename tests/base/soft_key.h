/* SPDX-License-Identifier: EUPL-1.2 */
/* A security key of software: answers as a browser with a key does, and can be told to answer
 * wrong. Signs with Ed25519. Used by the tests of base and of the rooms above it. */
#ifndef DCIM_TESTS_BASE_SOFT_KEY_H
#define DCIM_TESTS_BASE_SOFT_KEY_H

#include "base/crypto.h"

#include <stdint.h>

enum { SOFT_KEY_ID = 16, SOFT_KEY_TEXT = 4000, SOFT_PRESENT = 0x01, SOFT_VERIFIED = 0x04 };

struct soft_key {
    uint8_t id[SOFT_KEY_ID], open[32];
    struct secret *secret;
    uint32_t counter; /* goes up by one each time it is shown; 0 and `still`: it does not count */
    bool still;
    const char *name, *origin; /* what the browser is at */
    uint8_t flags;
    const char *type;         /* of client data, where not what it should be; NULL */
    const char *extra;        /* more members of client data, ",\"crossOrigin\":true"; NULL */
    char text[SOFT_KEY_TEXT]; /* what was brought last */
};

/* For https://localhost:8443, of a verified person. */
void soft_key_new(struct soft_key *k);
void soft_key_free(struct soft_key *k);

/* What a browser brings of a key that is made, or shown, for this challenge (as the desk gives it).
 * In k->text. */
const char *soft_key_make(struct soft_key *k, const char *challenge);
const char *soft_key_show(struct soft_key *k, const char *challenge);

#endif
