#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of tools/decision_coverage.sh: S50
#  1 the tests take every branch of the decision who may do what
set -eu
"$DCIM_SOURCE_DIR/tools/decision_coverage.sh" "$DCIM_BUILD_DIR" | grep -E '^branches of the decision: ([0-9]+) of \1 taken$'
