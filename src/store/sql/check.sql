-- For check.c and backup.c.

-- name: check_counts   columns: n_record, n_active, n_version, n_identity, n_audit, n_checkpoint   rows: 1
SELECT (SELECT count(*) FROM record) AS n_record,
       (SELECT count(*) FROM record WHERE state = 1) AS n_active,
       (SELECT count(*) FROM record_version) AS n_version,
       (SELECT count(*) FROM identity_body) AS n_identity,
       (SELECT count(*) FROM audit_entry) AS n_audit,
       (SELECT count(*) FROM audit_checkpoint) AS n_checkpoint;

-- name: check_series   columns: series_no, n_record, n_active, counted, counted_active   rows: 0..*
-- Every series whose kept counts differ from its records.
SELECT s.series_no, s.n_record, s.n_active, count(r.record_no) AS counted,
       coalesce(sum(r.state = 1), 0) AS counted_active
  FROM series s LEFT JOIN record r ON r.series_no = s.series_no
 GROUP BY s.series_no
HAVING s.n_record <> counted OR s.n_active <> counted_active;

-- name: check_bytes   columns: series_no, n_byte, counted   rows: 0..*
-- Every series whose kept number of bytes is not that of its bodies.
SELECT s.series_no, s.n_byte, coalesce(t.n, 0) AS counted
  FROM series s LEFT JOIN
       (SELECT series_no, sum(n) AS n FROM
               (SELECT r.series_no, length(v.body) AS n FROM record_version v JOIN record r ON r.record_no = v.record_no
                UNION ALL
                SELECT r.series_no, length(i.body) AS n FROM identity_body i
                  JOIN record r ON r.record_no = i.version_id / 65536)
         GROUP BY series_no) t ON t.series_no = s.series_no
 WHERE s.n_byte <> coalesce(t.n, 0);

-- name: check_code_index   columns: n   rows: 1
-- Records that their code does not find, and codes of no record.
SELECT (SELECT count(*) FROM record r LEFT JOIN record_code c ON c.code = r.code
         WHERE c.record_no IS NOT r.record_no) +
       abs((SELECT count(*) FROM record_code) - (SELECT count(*) FROM record)) AS n;

-- name: check_reference_index   columns: n   rows: 1
-- References of no record.
SELECT count(*) AS n FROM record_reference f LEFT JOIN record r ON r.record_no = f.record_no
 WHERE r.record_no IS NULL;

-- name: check_records   params: first, last   columns: record_no, code, form, state, version_no, wrapped_key, body   rows: 0..*
-- Every record that still has its key, with its current version.
SELECT r.record_no, r.code, f.name AS form, r.state, r.version_no, r.wrapped_key, v.body
  FROM record r
  JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
 WHERE r.record_no BETWEEN :first AND :last AND r.wrapped_key IS NOT NULL
 ORDER BY r.record_no;

-- name: check_identities   params: first, last   columns: record_no, code, version_no, wrapped_key, body   rows: 0..*
SELECT r.record_no, r.code, i.version_id - r.record_no * 65536 AS version_no, i.wrapped_key, i.body
  FROM identity_body i JOIN record r ON r.record_no = i.version_id / 65536
 WHERE i.version_id BETWEEN :first * 65536 AND :last * 65536 + 65535
 ORDER BY i.version_id;

-- name: check_with_key   columns: n   rows: 1
-- What check_records must give, however the rows it joins are damaged.
SELECT count(*) AS n FROM record WHERE wrapped_key IS NOT NULL;
