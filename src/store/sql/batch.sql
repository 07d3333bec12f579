-- name: series_find   params: form_no, organisation_no   columns: series_no, n_record   rows: 0..1
SELECT series_no, n_record FROM series WHERE form_no = :form_no AND organisation_no = :organisation_no;

-- name: series_next   columns: series_no   rows: 1
SELECT coalesce(max(series_no), 0) + 1 AS series_no FROM series;

-- name: series_add   params: series_no, form_no, organisation_no   rows: 0
INSERT INTO series (series_no, form_no, organisation_no) VALUES (:series_no, :form_no, :organisation_no);

-- name: series_grow   params: series_no, n_record, n_active, n_byte   rows: 0
-- All may be negative or 0: what is added to the counts.
UPDATE series SET n_record = n_record + :n_record, n_active = n_active + :n_active, n_byte = n_byte + :n_byte
 WHERE series_no = :series_no;

-- name: series_of_record_grow   params: record_no, n_byte   rows: 0
UPDATE series SET n_byte = n_byte + :n_byte
 WHERE series_no = (SELECT series_no FROM record WHERE record_no = :record_no);

-- name: batch_next   columns: batch_no, record_no   rows: 1
-- The numbers that the next batch and the next record get. Records are never deleted.
SELECT (SELECT coalesce(max(batch_no), 0) + 1 FROM batch) AS batch_no,
       (SELECT coalesce(max(record_no), 0) + 1 FROM record) AS record_no;

-- name: batch_add   params: batch_no, series_no, mapping, file_sha256, file_label, actor, created_at, n_new, n_changed, n_same, n_duplicate, n_refused, first_record, last_record, digest   rows: 0
INSERT INTO batch (batch_no, series_no, mapping, file_sha256, file_label, actor, created_at, n_new, n_changed,
                   n_same, n_duplicate, n_refused, first_record, last_record, digest)
VALUES (:batch_no, :series_no, :mapping, :file_sha256, :file_label, :actor, :created_at, :n_new, :n_changed,
        :n_same, :n_duplicate, :n_refused, :first_record, :last_record, :digest);

-- name: batch_list   columns: batch_no, organisation_no, form, organisation, mapping, file_label, actor, created_at, undone_at, n_new, n_changed, n_same, n_refused, digest   rows: 0..*
SELECT b.batch_no, s.organisation_no, f.name AS form, o.code AS organisation, b.mapping, b.file_label, b.actor,
       b.created_at, b.undone_at, b.n_new, b.n_changed, b.n_same, b.n_refused, b.digest
  FROM batch b
  JOIN series s ON s.series_no = b.series_no
  JOIN form f ON f.form_no = s.form_no
  JOIN organisation o ON o.organisation_no = s.organisation_no
 ORDER BY b.batch_no;

-- name: batch_get   params: batch_no   columns: series_no, undone_at, n_new, n_changed, first_record, last_record, digest, form_no   rows: 0..1
SELECT b.series_no, b.undone_at, b.n_new, b.n_changed, b.first_record, b.last_record, b.digest, s.form_no
  FROM batch b JOIN series s ON s.series_no = b.series_no WHERE b.batch_no = :batch_no;

-- name: reference_find   params: reference   columns: record_no, code, state, version_no, last_version_no, content_hash, wrapped_key, batch_no   rows: 0..1
-- The record of an organisation's own reference, with what decides whether new content is a change. batch_no: NULL when
-- its current version was made by hand.
SELECT r.record_no, r.code, r.state, r.version_no,
       (SELECT max(l.version_id) FROM record_version l
         WHERE l.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535) - r.record_no * 65536
           AS last_version_no,
       v.content_hash, r.wrapped_key, v.batch_no
  FROM record_reference f
  JOIN record r ON r.record_no = f.record_no
  JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
 WHERE f.reference = :reference;

-- name: batch_subject   params: record_no   columns: record_no, code, state, version_no, last_version_no, content_hash, wrapped_key, batch_no   rows: 0..1
-- The same of a record that a row names by its code.
SELECT r.record_no, r.code, r.state, r.version_no,
       (SELECT max(l.version_id) FROM record_version l
         WHERE l.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535) - r.record_no * 65536
           AS last_version_no,
       v.content_hash, r.wrapped_key, v.batch_no
  FROM record r
  JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
 WHERE r.record_no = :record_no;

-- The statements named load_ take their rows from `feed` (query_feed() in backend.h). FAIL is ABORT without a journal
-- of the statement: the caller rolls everything back.

-- name: load_records   rows: 0
-- a record_no, b code, c series_no, d wrapped_key.
INSERT OR FAIL INTO record (record_no, code, series_no, state, version_no, wrapped_key)
SELECT a, b, c, 1, 1, d FROM feed;

-- name: load_versions   rows: 0
-- The first versions of records: a version_id, b record_no, c batch_no, d content_hash, e person_key, f body.
INSERT OR FAIL INTO record_version (version_id, record_no, batch_no, content_hash, person_key, body)
SELECT a, b, c, d, e, f FROM feed;

-- name: load_identities   rows: 0
-- a version_id, b wrapped_key, c body.
INSERT OR FAIL INTO identity_body (version_id, wrapped_key, body) SELECT a, b, c FROM feed;

-- name: load_codes   rows: 0
-- In ascending order: a code, b record_no.
INSERT OR FAIL INTO record_code (code, record_no) SELECT a, b FROM feed;

-- name: load_references   rows: 0
-- In ascending order: a reference, b record_no.
INSERT OR FAIL INTO record_reference (reference, record_no) SELECT a, b FROM feed;

-- name: record_change   params: record_no, state, version_no   rows: 0
UPDATE record SET state = :state, version_no = :version_no WHERE record_no = :record_no;

-- name: version_change   params: version_id, record_no, batch_no, position, replaced, content_hash, person_key, body   rows: 0
INSERT INTO record_version (version_id, record_no, batch_no, position, replaced, content_hash, person_key, body)
VALUES (:version_id, :record_no, :batch_no, :position, :replaced, :content_hash, :person_key, :body);

-- name: batch_digest_new   params: first_record, last_record   columns: code, version_no, content_hash   rows: 0..*
-- The new records of a batch, in their order: the first part of its digest.
SELECT r.code, 1 AS version_no, v.content_hash
  FROM record r JOIN record_version v ON v.version_id = r.record_no * 65536 + 1
 WHERE r.record_no BETWEEN :first_record AND :last_record
 ORDER BY r.record_no;

-- name: batch_digest_changed   params: batch_no   columns: code, version_no, content_hash   rows: 0..*
-- The changes of a batch, in their order: the second part.
SELECT r.code, v.version_id - v.record_no * 65536 AS version_no, v.content_hash
  FROM record_version v JOIN record r ON r.record_no = v.record_no
 WHERE v.batch_no = :batch_no AND v.position IS NOT NULL
 ORDER BY v.position;

-- name: undo_conflicts   params: batch_no, first_record, last_record   columns: n   rows: 1
-- Records of the batch whose current version is not the batch's any more. Erased ones (3) are no matter of undoing.
SELECT (SELECT count(*) FROM record
         WHERE record_no BETWEEN :first_record AND :last_record AND state <> 3 AND (version_no <> 1 OR state <> 1)) +
       (SELECT count(*) FROM record_version v JOIN record r ON r.record_no = v.record_no
         WHERE v.batch_no = :batch_no AND v.position IS NOT NULL AND r.state <> 3
           AND (r.version_no <> v.version_id - v.record_no * 65536 OR r.state <> 1)) AS n;

-- name: undo_changes   params: batch_no   columns: n   rows: 1
SELECT count(*) AS n FROM record_version v JOIN record r ON r.record_no = v.record_no
 WHERE v.batch_no = :batch_no AND v.position IS NOT NULL AND r.state <> 3;

-- name: undo_reappeared   params: batch_no   columns: n   rows: 1
-- Changes of the batch that brought a withdrawn record back.
SELECT count(*) AS n FROM record_version v JOIN record r ON r.record_no = v.record_no
 WHERE v.batch_no = :batch_no AND v.position IS NOT NULL AND v.replaced IS NULL AND r.state <> 3;

-- name: undo_erased   params: first_record, last_record   columns: n   rows: 1
SELECT count(*) AS n FROM record WHERE record_no BETWEEN :first_record AND :last_record AND state = 3;

-- name: undo_new   params: first_record, last_record   rows: 0
UPDATE record SET state = 2 WHERE record_no BETWEEN :first_record AND :last_record AND state <> 3;

-- name: undo_changed   params: batch_no   rows: 0
-- Back to the version before; where the record was not there before, it is withdrawn again.
UPDATE record SET state = CASE WHEN v.replaced IS NULL THEN 2 ELSE 1 END,
                  version_no = coalesce(v.replaced, record.version_no)
  FROM record_version v
 WHERE v.batch_no = :batch_no AND v.position IS NOT NULL AND record.record_no = v.record_no AND record.state <> 3;

-- name: undo_mark   params: batch_no, undone_at, undone_by, undo_reason   rows: 0
UPDATE batch SET undone_at = :undone_at, undone_by = :undone_by, undo_reason = :undo_reason
 WHERE batch_no = :batch_no;
