#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of src/web/script/expression.js against the evaluator in C.
#  1 every vector of tests/model/expr_vectors.csv   2 the expressions of data/ over generated records
#  3 the expressions of the vectors over generated records
# Needs the target test_model_expr_json
set -u
command -v node >/dev/null || exit 77
cd "$DCIM_SOURCE_DIR/tests/web/script" || exit 1
node vectors.mjs || exit 1 # 1
node records.mjs || exit 1 # 2
node crossed.mjs || exit 1 # 3
