-- For erasure.c.

-- name: erasure_get   params: record_no   columns: erased_at   rows: 0..1
SELECT erased_at FROM erasure WHERE record_no = :record_no;

-- name: erasure_add   params: record_no, erased_at, actor, reason   rows: 0
INSERT INTO erasure (record_no, erased_at, actor, reason) VALUES (:record_no, :erased_at, :actor, :reason);

-- name: erasure_subject   params: record_no   columns: state, series_no, n_byte   rows: 0..1
-- n_byte: of its bodies, which go.
SELECT state, series_no,
       (SELECT coalesce(sum(length(v.body)), 0) FROM record_version v
         WHERE v.version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535) +
       (SELECT coalesce(sum(length(i.body)), 0) FROM identity_body i
         WHERE i.version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535) AS n_byte
  FROM record WHERE record_no = :record_no;

-- name: erase_record   params: record_no   rows: 0
UPDATE record SET state = 3, wrapped_key = NULL WHERE record_no = :record_no;

-- name: erase_versions   params: record_no   rows: 0
-- Reasons are words that somebody typed.
UPDATE record_version SET body = x'', person_key = NULL, reason = NULL
 WHERE version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535;

-- name: erase_identities   params: record_no   rows: 0
DELETE FROM identity_body WHERE version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535;

-- name: erase_reference   params: record_no   rows: 0
-- Nothing finds a reference by its record: the whole index is read, a tenth of a second for a million.
DELETE FROM record_reference WHERE record_no = :record_no;
