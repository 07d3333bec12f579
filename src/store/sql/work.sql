-- For draft.c and record_put.c.

-- name: draft_add   params: code, account_no, owner, organisation_no, form_no, record_no, base_version, at, wrapped_key, body   rows: 0
INSERT INTO draft (code, account_no, owner, organisation_no, form_no, record_no, base_version, version_no, created_at,
                   changed_at, wrapped_key, body)
VALUES (:code, :account_no, :owner, :organisation_no, :form_no, :record_no, :base_version, 1, :at, :at, :wrapped_key,
        :body);

-- name: draft_list   params: account_no, owner   columns: draft_no, code, organisation_no, organisation, form, record_no, record_code, base_version, version_no, created_at, changed_at   rows: 0..*
-- Somebody's drafts, the newest first.
SELECT d.draft_no, d.code, d.organisation_no, o.code AS organisation, f.name AS form,
       coalesce(d.record_no, 0) AS record_no, coalesce(r.code, 0) AS record_code, d.base_version, d.version_no,
       d.created_at, d.changed_at
  FROM draft d
  JOIN organisation o ON o.organisation_no = d.organisation_no
  JOIN form f ON f.form_no = d.form_no
  LEFT JOIN record r ON r.record_no = d.record_no
 WHERE d.account_no = :account_no AND d.owner = :owner
 ORDER BY d.changed_at DESC, d.draft_no DESC;

-- name: draft_find   params: account_no, owner, code   columns: draft_no, code, organisation_no, organisation, form, record_no, record_code, base_version, version_no, created_at, changed_at   rows: 0..1
SELECT d.draft_no, d.code, d.organisation_no, o.code AS organisation, f.name AS form,
       coalesce(d.record_no, 0) AS record_no, coalesce(r.code, 0) AS record_code, d.base_version, d.version_no,
       d.created_at, d.changed_at
  FROM draft d
  JOIN organisation o ON o.organisation_no = d.organisation_no
  JOIN form f ON f.form_no = d.form_no
  LEFT JOIN record r ON r.record_no = d.record_no
 WHERE d.code = :code AND d.account_no = :account_no AND d.owner = :owner;

-- name: draft_count   params: account_no, owner   columns: n   rows: 1
SELECT count(*) AS n FROM draft WHERE account_no = :account_no AND owner = :owner;

-- name: draft_body   params: draft_no   columns: wrapped_key, body, version_no   rows: 0..1
SELECT wrapped_key, body, version_no FROM draft WHERE draft_no = :draft_no;

-- name: draft_save   params: draft_no, version_no, base_version, at, body   rows: 0
UPDATE draft SET version_no = :version_no, base_version = :base_version, changed_at = :at, body = :body
 WHERE draft_no = :draft_no;

-- name: draft_of_record   params: draft_no, record_no   rows: 0
UPDATE draft SET record_no = :record_no WHERE draft_no = :draft_no;

-- name: draft_remove   params: draft_no   rows: 0
DELETE FROM draft WHERE draft_no = :draft_no;

-- name: record_next   columns: record_no   rows: 1
SELECT coalesce(max(record_no), 0) + 1 AS record_no FROM record;

-- name: put_record   params: record_no, code, series_no, wrapped_key   rows: 0
INSERT INTO record (record_no, code, series_no, state, version_no, wrapped_key)
VALUES (:record_no, :code, :series_no, 1, 1, :wrapped_key);

-- name: put_code   params: code, record_no   rows: 0
INSERT INTO record_code (code, record_no) VALUES (:code, :record_no);

-- name: put_subject   params: record_no   columns: code, series_no, state, version_no, last_version_no, wrapped_key   rows: 0..1
SELECT r.code, r.series_no, r.state, r.version_no,
       (SELECT max(l.version_id) FROM record_version l
         WHERE l.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535) - r.record_no * 65536
           AS last_version_no,
       r.wrapped_key
  FROM record r WHERE r.record_no = :record_no;

-- name: put_version   params: version_id, record_no, replaced, created_at, author, reason, content_hash, person_key, body   rows: 0
INSERT INTO record_version (version_id, record_no, replaced, created_at, author, reason, content_hash, person_key, body)
VALUES (:version_id, :record_no, :replaced, :created_at, :author, :reason, :content_hash, :person_key, :body);

-- name: put_identity   params: version_id, wrapped_key, body   rows: 0
INSERT INTO identity_body (version_id, wrapped_key, body) VALUES (:version_id, :wrapped_key, :body);

-- name: put_work   params: version_id, record_no, state, counted, late, at, actor   rows: 0
INSERT INTO version_work (version_id, record_no, state, counted, late, changed_at, actor)
VALUES (:version_id, :record_no, :state, :counted, :late, :at, :actor);

-- name: put_reference_find   params: reference   columns: record_no   rows: 0..1
SELECT record_no FROM record_reference WHERE reference = :reference;

-- name: put_reference_add   params: reference, record_no   rows: 0
INSERT INTO record_reference (reference, record_no) VALUES (:reference, :record_no);

-- name: put_reference_remove   params: reference, record_no   rows: 0
DELETE FROM record_reference WHERE reference = :reference AND record_no = :record_no;

-- name: erase_drafts   params: record_no   rows: 0
DELETE FROM draft WHERE record_no = :record_no;

-- name: erase_messages   params: record_no   rows: 0
DELETE FROM review_message WHERE query_no IN (SELECT query_no FROM review_query WHERE record_no = :record_no);

-- name: erase_queries   params: record_no   rows: 0
DELETE FROM review_query WHERE record_no = :record_no;

-- name: erase_referrals   params: record_no   rows: 0
DELETE FROM referral WHERE record_no = :record_no;

-- name: erase_search   params: record_no   rows: 0
DELETE FROM search_hash WHERE record_no = :record_no;

-- name: erase_search_mark   params: record_no   rows: 0
DELETE FROM search_record WHERE record_no = :record_no;

-- name: work_closed   params: form, year   columns: closed   rows: 1
SELECT EXISTS (SELECT 1 FROM closed_year y JOIN form f ON f.form_no = y.form_no
                WHERE f.name = :form AND y.year = :year) AS closed;
