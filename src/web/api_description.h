/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of the API (OpenAPI 3.1), made from its routes and the rows of their
 * operations. */
#ifndef DCIM_WEB_API_DESCRIPTION_H
#define DCIM_WEB_API_DESCRIPTION_H

#include "base/json.h"

/* In the language of the thread. `owns`. Cost: about a millisecond. */
struct json *api_description(void);

#endif
