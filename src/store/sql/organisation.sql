-- name: organisation_add   params: code, type, name, added_at   rows: 0
INSERT INTO organisation (code, type, name, added_at) VALUES (:code, :type, :name, :added_at);

-- name: organisation_find   params: code   columns: organisation_no, code, type, name, added_at, quota_records, quota_bytes, n_record, n_byte   rows: 0..1
SELECT o.organisation_no, o.code, o.type, o.name, o.added_at, o.quota_records, o.quota_bytes,
       (SELECT coalesce(sum(s.n_record), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_record,
       (SELECT coalesce(sum(s.n_byte), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_byte
  FROM organisation o WHERE o.code = :code;

-- name: organisation_get   params: organisation_no   columns: code   rows: 0..1
SELECT code FROM organisation WHERE organisation_no = :organisation_no;

-- name: organisation_list   columns: organisation_no, code, type, name, added_at, quota_records, quota_bytes, n_record, n_byte   rows: 0..*
SELECT o.organisation_no, o.code, o.type, o.name, o.added_at, o.quota_records, o.quota_bytes,
       (SELECT coalesce(sum(s.n_record), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_record,
       (SELECT coalesce(sum(s.n_byte), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_byte
  FROM organisation o
 ORDER BY o.code;

-- name: quota_set   params: code, quota_records, quota_bytes   rows: 0
UPDATE organisation SET quota_records = :quota_records, quota_bytes = :quota_bytes WHERE code = :code;

-- name: quota_get   params: organisation_no   columns: code, quota_records, quota_bytes, n_record, n_byte   rows: 0..1
-- NULL reads as 0: none.
SELECT o.code, o.quota_records, o.quota_bytes,
       (SELECT coalesce(sum(s.n_record), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_record,
       (SELECT coalesce(sum(s.n_byte), 0) FROM series s WHERE s.organisation_no = o.organisation_no) AS n_byte
  FROM organisation o WHERE o.organisation_no = :organisation_no;
