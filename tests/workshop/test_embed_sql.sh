#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Tests of tools/embed_sql.c.
#  1 statements become a table   2 migrations   3 what is malformed stops the build with file and line
set -u
failed=0
tool=$DCIM_BUILD_DIR/embed_sql
mkdir -p store

# 1, 2
cat >good.sql <<'S'
-- Comments may stand before the first block.
-- name: record_current   params: record_id   columns: version_no, status   rows: 0..1
-- The latest "version" of one record.
SELECT version_no, status -- it's a comment: not :param
  FROM record_version WHERE record_id = :record_id AND note <> 'a -- :b "c'
 ORDER BY version_no DESC LIMIT 1;

-- name: record_count   columns: n   rows: 1
SELECT count(*) AS n FROM record_version;
-- name: record_list params: none columns: record_id rows: 0..*
SELECT record_id FROM record_version;
S
printf 'CREATE TABLE a (x INTEGER) STRICT;\n' >0001_first.sql
printf 'CREATE TABLE b (x TEXT);\n-- \\ "\n' >0002_second_table.sql
"$tool" store/sql_gen.h store/sql_gen.c good.sql --migrations 0001_first.sql 0002_second_table.sql || failed=1
cat >main.c <<'S'
#include "store/sql_gen.h"
#include <assert.h>
#include <string.h>
int main(void)
{
    const struct sql_statement *s = &sql_statements[SQL_RECORD_CURRENT];
    assert(SQL_COUNT == 3 && sql_statements[SQL_COUNT].name == NULL);
    assert(strcmp(s->name, "record_current") == 0 && s->n_param == 1 && s->n_column == 2);
    assert(strcmp(s->params[0], "record_id") == 0 && strcmp(s->columns[1], "status") == 0);
    assert(s->rows_min == 0 && s->rows_max == 1);
    assert(strstr(s->text, "comment") == NULL && strstr(s->text, "'a -- :b \"c'\n") != NULL);
    assert(sql_statements[SQL_RECORD_COUNT].rows_min == 1 && sql_statements[SQL_RECORD_COUNT].rows_max == 1);
    assert(sql_statements[SQL_RECORD_LIST].rows_max == -1 && sql_statements[SQL_RECORD_LIST].n_param == 0);
    assert(sql_migration_count == 2 && sql_migrations[1].number == 2);
    assert(strcmp(sql_migrations[1].name, "second_table") == 0);
    assert(strcmp(sql_migrations[1].text, "CREATE TABLE b (x TEXT);\n-- \\ \"\n") == 0);
    return 0;
}
S
gcc -std=c17 -Wall -Wextra -Wpedantic -Werror -I. main.c store/sql_gen.c -o main && ./main || failed=1

# 3: wrong LINE EXPECTED, the file on standard input
wrong() {
    cat >wrong.sql
    if "$tool" store/h store/c wrong.sql 2>said; then
        echo "accepted: $2"
        failed=1
    elif ! grep -qF "wrong.sql:$1: error: $2" said; then
        echo "expected wrong.sql:$1: error: $2, got: $(cat said)"
        failed=1
    fi
}
echo 'SELECT 1;' | wrong 1 'SQL before the first'
printf '%s\n' '-- name: a rows: 1' '' | wrong 1 "'a' has no SQL"
printf '%s\n' '-- name: a' 'SELECT 1;' | wrong 1 "'a' declares no rows:"
printf '%s\n' '-- name: A rows: 1' 'SELECT 1;' | wrong 1 "'A' is not a name"
printf '%s\n' '-- name: a rows: 1' 'SELECT 1;' '-- name: a rows: 1' 'SELECT 1;' | wrong 3 "'a' is already at wrong.sql:1"
printf '%s\n' '-- name: a rows: 1' 'SELECT' ' :x;' | wrong 3 ":x is not among the params: of 'a'"
printf '%s\n' '-- name: a params: x, y rows: 1' 'SELECT :x;' | wrong 1 "'a' does not use :y"
printf '%s\n' '-- name: a params: x, x rows: 1' 'SELECT :x;' | wrong 1 "'x' is named twice"
printf '%s\n' '-- name: a rows: 2..1' 'SELECT 1;' | wrong 1 'rows: ends before it begins'
printf '%s\n' '-- name: a rows: many' 'SELECT 1;' | wrong 1 'rows: is N, N..M or N..*'
printf '%s\n' '-- name: a row: 1' 'SELECT 1;' | wrong 1 "'row:' is not known"
printf '%s\n' '-- name: a rows: 1' 'SELECT ?;' | wrong 2 'parameters are written :name, not ?'
printf '%s\n' '-- name: a rows: 1' "SELECT 'x;" | wrong 1 "'a' ends inside a quote"
printf '%s' '-- name: a rows: 1' | wrong 1 'does not end with a line end'
printf '%s\r\n' '-- name: a rows: 1' | wrong 1 'line ends are'
printf 'x\n' >0003_gap.sql
"$tool" store/h store/c --migrations 0001_first.sql 0003_gap.sql 2>said && failed=1
grep -qF '0003_gap.sql:1: error: migration 2 is missing or double' said || { cat said; failed=1; }
printf 'x\n' >first.sql
"$tool" store/h store/c --migrations first.sql 2>said && failed=1
grep -qF 'a migration is called NNNN_name.sql' said || { cat said; failed=1; }

exit $failed
