#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of the description of the API, by the program itself over TLS (tests/web/api/description.mjs)
#  1 it is OpenAPI 3.1, as a validator of others sees it   2 the same can refuse: a document with a fault
#  3 what the handbook tells a newcomer to type works   4 the front's errors are problem documents under /api
#  5 a key leads no further than its operations, over the whole way
set -u
command -v node >/dev/null && command -v curl >/dev/null || exit 77
[ -d "$DCIM_SOURCE_DIR/node_modules/@seriousme/openapi-schema-validator" ] || exit 77
export DCIM_PROGRAM
exec node "$DCIM_SOURCE_DIR/tests/web/api/description.mjs"
