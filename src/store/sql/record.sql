-- name: record_list   params: form, organisation_no, after, max   columns: record_no, code, form, organisation_no, organisation, state, version_no, created_at, batch_no, author, reason, has_identity   rows: 0..*
-- Active records after a record number; form '' is every form, organisation 0 every organisation. CROSS JOIN holds the
-- order of the loops: records as they come, the rest looked up, until there are enough.
SELECT r.record_no, r.code, f.name AS form, s.organisation_no, o.code AS organisation, r.state, r.version_no,
       coalesce(v.created_at, b.created_at) AS created_at, coalesce(v.batch_no, 0) AS batch_no,
       coalesce(v.author, b.actor) AS author, coalesce(v.reason, '') AS reason,
       EXISTS (SELECT 1 FROM identity_body i WHERE i.version_id = v.version_id) AS has_identity
  FROM record r
 CROSS JOIN series s ON s.series_no = r.series_no
 CROSS JOIN form f ON f.form_no = s.form_no
 CROSS JOIN organisation o ON o.organisation_no = s.organisation_no
 CROSS JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  LEFT JOIN batch b ON b.batch_no = v.batch_no
 WHERE r.record_no > :after AND r.state = 1 AND (:form = '' OR f.name = :form)
   AND (:organisation_no = 0 OR s.organisation_no = :organisation_no)
 ORDER BY r.record_no LIMIT :max;

-- name: record_find   params: code, organisation_no   columns: record_no   rows: 0..1
-- Of any organisation where it is 0.
SELECT c.record_no FROM record_code c
 WHERE c.code = :code
   AND (:organisation_no = 0 OR
        EXISTS (SELECT 1 FROM record r JOIN series s ON s.series_no = r.series_no
                 WHERE r.record_no = c.record_no AND s.organisation_no = :organisation_no));

-- name: record_history   params: record_no, first, last   columns: record_no, code, form, organisation_no, organisation, state, version_no, created_at, batch_no, author, reason, has_identity   rows: 0..*
-- Versions of one record from first to last; the state is the record's.
SELECT r.record_no, r.code, f.name AS form, s.organisation_no, o.code AS organisation, r.state,
       v.version_id - r.record_no * 65536 AS version_no,
       coalesce(v.created_at, b.created_at) AS created_at, coalesce(v.batch_no, 0) AS batch_no,
       coalesce(v.author, b.actor) AS author, coalesce(v.reason, '') AS reason,
       EXISTS (SELECT 1 FROM identity_body i WHERE i.version_id = v.version_id) AS has_identity
  FROM record r
  JOIN record_version v ON v.version_id BETWEEN r.record_no * 65536 + :first AND r.record_no * 65536 + :last
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
  JOIN organisation o ON o.organisation_no = s.organisation_no
  LEFT JOIN batch b ON b.batch_no = v.batch_no
 WHERE r.record_no = :record_no
 ORDER BY v.version_id;

-- name: record_body   params: record_no, version_no   columns: wrapped_key, body   rows: 0..1
SELECT r.wrapped_key, v.body
  FROM record r JOIN record_version v ON v.version_id = r.record_no * 65536 + :version_no
 WHERE r.record_no = :record_no;

-- name: version_body_set   params: record_no, version_no, body   rows: 0
-- The same version, with another encoding for linkage beside what it says.
UPDATE record_version SET body = :body WHERE version_id = :record_no * 65536 + :version_no;

-- name: record_current   params: record_no   columns: version_no   rows: 0..1
SELECT version_no FROM record WHERE record_no = :record_no;

-- name: record_count   params: form   columns: n   rows: 1
SELECT coalesce(sum(s.n_active), 0) AS n FROM series s JOIN form f ON f.form_no = s.form_no
 WHERE :form = '' OR f.name = :form;

-- name: person_count   params: form   columns: n   rows: 1
-- Persons among the active records of a form: those with the same match key are one, one without a key is its own.
SELECT count(*) - count(v.person_key) + count(DISTINCT v.person_key) AS n
  FROM record r
  JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
 WHERE r.state = 1 AND f.name = :form
   AND (v.batch_no IS NOT NULL OR
        NOT EXISTS (SELECT 1 FROM version_work w WHERE w.version_id = v.version_id AND w.counted = 0));

-- name: record_last   columns: record_no   rows: 1
SELECT coalesce(max(record_no), 0) AS record_no FROM record;

-- name: series_of_form   params: form   columns: series_no, organisation, type   rows: 0..*
SELECT s.series_no, o.code AS organisation, o.type
  FROM series s JOIN form f ON f.form_no = s.form_no JOIN organisation o ON o.organisation_no = s.organisation_no
 WHERE f.name = :form
 ORDER BY s.series_no;

-- name: snapshot_rows   params: first, last   columns: record_no, code, series_no, version_no, wrapped_key, person_key, body, person_no   rows: 0..*
-- Active records and their current versions, both in the order they lie in: one pass, nothing is sorted. What was
-- entered by hand and has errors is not counted.
SELECT r.record_no, r.code, r.series_no, r.version_no, r.wrapped_key, v.person_key, v.body,
       coalesce(x.person_no, 0) AS person_no
  FROM record r JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  LEFT JOIN record_person x ON x.record_no = r.record_no
 WHERE r.record_no BETWEEN :first AND :last AND r.state = 1
   AND (v.batch_no IS NOT NULL OR
        NOT EXISTS (SELECT 1 FROM version_work w WHERE w.version_id = v.version_id AND w.counted = 0))
 ORDER BY r.record_no;

-- name: link_by_code   params: code   columns: record_no, code, form, state   rows: 0..1
SELECT r.record_no, r.code, f.name AS form, r.state
  FROM record_code c
  JOIN record r ON r.record_no = c.record_no
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
 WHERE c.code = :code;

-- name: link_by_reference   params: reference   columns: record_no, code, form, state   rows: 0..1
SELECT r.record_no, r.code, f.name AS form, r.state
  FROM record_reference x
  JOIN record r ON r.record_no = x.record_no
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
 WHERE x.reference = :reference;

-- name: link_by_number   params: record_no   columns: record_no, code, form, state   rows: 0..1
SELECT r.record_no, r.code, f.name AS form, r.state
  FROM record r
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
 WHERE r.record_no = :record_no;
