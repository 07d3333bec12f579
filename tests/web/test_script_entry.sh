#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/web/script/entry.js and its parts in Chromium, on a page of their own (tests/web/script).
#  1 skip logic, calculations, messages, missing codes   2 saving, failing, conflicts, leaving   3 repeats
#  4 keyboard alone   5 long lists   6 exit this page   7 end of the session   8 in all of them no violation of the
#  strict policy with Trusted Types (S35), no error in the console
# Needs the target web
set -u
command -v node >/dev/null && [ -x /usr/bin/chromium ] || exit 77
[ -d "$DCIM_SOURCE_DIR/node_modules/playwright-core" ] || exit 77
exec node "$DCIM_SOURCE_DIR/tests/web/script/entry.mjs"
