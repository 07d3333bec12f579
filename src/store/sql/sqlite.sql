-- What sqlite*.c says to its own connection. Scripts of several statements; PostgreSQL has no part in them.

-- name: sqlite_before_key   rows: 0..*
-- For the whole process, before any key is in memory: wipe what is freed, log nothing.
PRAGMA cipher_memory_security = ON;
PRAGMA cipher_log = off;

-- name: sqlite_after_key   rows: 0..*
-- S10. The file's first page can be read from here on.
PRAGMA cipher_page_size = 8192;
PRAGMA cipher_hmac_algorithm = HMAC_SHA256;
PRAGMA temp_store = memory;
PRAGMA mmap_size = 0;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA foreign_keys = ON;
PRAGMA recursive_triggers = ON;
PRAGMA secure_delete = ON;
PRAGMA synchronous = FULL;

-- name: sqlite_write   columns: journal_mode   rows: 1
-- The journal is written ahead: readers go on while one writes.
PRAGMA journal_mode = WAL;

-- name: sqlite_write_sizes   rows: 0..*
-- 16 MiB of pages in memory: an import writes its tables and indexes in order and gains nothing from more, and what is
-- still in memory at its end is encrypted and written while nothing else goes on. A journal that an import has blown up
-- shrinks to 64 MiB when it is used again.
PRAGMA cache_size = -16384;
PRAGMA cache_spill = ON;
PRAGMA wal_autocheckpoint = 2000;
PRAGMA journal_size_limit = 67108864;

-- name: sqlite_read_sizes   rows: 0..*
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;

-- name: sqlite_look_up_sizes   rows: 0..*
-- For references in random order: the index of two million fits.
PRAGMA query_only = ON;
PRAGMA cache_size = -65536;

-- name: sqlite_copy_sizes   rows: 0..*
-- The target of a copy: nobody reads it, it is thrown away when it fails, and synced at its end.
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -4096;

-- name: sqlite_feed   rows: 0
-- What the table looks like from which the load_ statements (batch.sql) take their rows.
CREATE TABLE feed (a, b, c, d, e, f, g, h);

-- name: sqlite_cipher_status   columns: cipher_status   rows: 0..1
PRAGMA cipher_status;

-- name: sqlite_journal_mode   columns: journal_mode   rows: 1
PRAGMA journal_mode;

-- name: sqlite_settings   columns: foreign_keys, secure_delete, synchronous, temp_store, trusted_schema, recursive_triggers, cell_size_check, query_only   rows: 1
-- What the connection says of itself.
SELECT (SELECT foreign_keys FROM pragma_foreign_keys) AS foreign_keys,
       (SELECT secure_delete FROM pragma_secure_delete) AS secure_delete,
       (SELECT synchronous FROM pragma_synchronous) AS synchronous,
       (SELECT temp_store FROM pragma_temp_store) AS temp_store,
       (SELECT trusted_schema FROM pragma_trusted_schema) AS trusted_schema,
       (SELECT recursive_triggers FROM pragma_recursive_triggers) AS recursive_triggers,
       (SELECT cell_size_check FROM pragma_cell_size_check) AS cell_size_check,
       (SELECT query_only FROM pragma_query_only) AS query_only;

-- name: sqlite_application_id   columns: application_id   rows: 1
PRAGMA application_id;

-- name: sqlite_user_version   columns: user_version   rows: 1
PRAGMA user_version;

-- name: sqlite_schema_size   columns: n   rows: 1
-- The first statement that needs the key to be right.
SELECT count(*) AS n FROM sqlite_schema;

-- name: sqlite_checkpoint   columns: busy, log, checkpointed   rows: 1
PRAGMA wal_checkpoint(TRUNCATE);

-- name: sqlite_check_pages   columns: cipher_integrity_check   rows: 0..*
-- Every page of the file against its HMAC; no row when all are whole.
PRAGMA cipher_integrity_check;

-- name: sqlite_check_structure   columns: integrity_check   rows: 1..*
-- One row "ok", or a problem a row.
PRAGMA integrity_check(1000);

-- name: sqlite_check_references   columns: table, rowid, parent, fkid   rows: 0..*
PRAGMA foreign_key_check;
