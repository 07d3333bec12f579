-- For record_list.c. The newest come first: by record number, downwards. Each of these statements walks one index in
-- its order and is left when there are enough; CROSS JOIN holds the order of the loops. :series is ',1,7,' or '' for all
-- series; :work is 'imported' for a version without a row in version_work, '' for any; :year 0 is any year.

-- name: list_series   columns: series_no, form, organisation_no, n_active   rows: 0..*
SELECT s.series_no, f.name AS form, s.organisation_no, s.n_active
  FROM series s CROSS JOIN form f ON f.form_no = s.form_no ORDER BY s.series_no;

-- name: list_recent   params: before, series, work   columns: record_no   rows: 0..*
SELECT r.record_no
  FROM record r
 WHERE r.record_no < :before AND r.state = 1
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:work = '' OR coalesce((SELECT w.state FROM version_work w
                                 WHERE w.version_id = r.record_no * 65536 + r.version_no), 'imported') = :work)
 ORDER BY r.record_no DESC;

-- name: list_of_series   params: series_no, before_version, work, year   columns: record_no   rows: 0..*
SELECT r.record_no
  FROM version_index x
 CROSS JOIN record r ON r.record_no = x.version_id / 65536 AND r.version_no = x.version_id % 65536
 WHERE x.series_no = :series_no AND x.version_id < :before_version AND (:year = 0 OR x.year = :year) AND r.state = 1
   AND (:work = '' OR coalesce((SELECT w.state FROM version_work w WHERE w.version_id = x.version_id), 'imported') = :work)
 ORDER BY x.version_id DESC;

-- name: list_of_year   params: year, before_version, series, work   columns: record_no   rows: 0..*
SELECT r.record_no
  FROM version_index x
 CROSS JOIN record r ON r.record_no = x.version_id / 65536 AND r.version_no = x.version_id % 65536
 WHERE x.year = :year AND x.version_id < :before_version AND r.state = 1
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:work = '' OR coalesce((SELECT w.state FROM version_work w WHERE w.version_id = x.version_id), 'imported') = :work)
 ORDER BY x.version_id DESC;

-- name: list_of_work   params: work, before_version, series, year   columns: record_no   rows: 0..*
SELECT r.record_no
  FROM version_work w
 CROSS JOIN record r ON r.record_no = w.version_id / 65536 AND r.version_no = w.version_id % 65536
 WHERE w.state = :work AND w.version_id < :before_version AND r.state = 1
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:year = 0 OR (SELECT x.year FROM version_index x
                       WHERE x.series_no = r.series_no AND x.version_id = w.version_id) = :year)
 ORDER BY w.version_id DESC;

-- name: list_of_author   params: author, before_version, series, work, year   columns: record_no   rows: 0..*
-- A record as often as somebody made a version of it, one after the other.
SELECT r.record_no
  FROM record_version v
 CROSS JOIN record r ON r.record_no = v.version_id / 65536
 WHERE v.author = :author AND v.version_id < :before_version AND r.state = 1
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:year = 0 OR (SELECT x.year FROM version_index x
                       WHERE x.series_no = r.series_no AND x.version_id = r.record_no * 65536 + r.version_no) = :year)
   AND (:work = '' OR coalesce((SELECT w.state FROM version_work w
                                 WHERE w.version_id = r.record_no * 65536 + r.version_no), 'imported') = :work)
 ORDER BY v.version_id DESC;

-- name: list_withdrawn   params: before, series, year   columns: record_no   rows: 0..*
SELECT r.record_no
  FROM record r
 WHERE r.state = 2 AND r.record_no < :before
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:year = 0 OR (SELECT x.year FROM version_index x
                       WHERE x.series_no = r.series_no AND x.version_id = r.record_no * 65536 + r.version_no) = :year)
 ORDER BY r.record_no DESC;

-- name: list_asked   params: question, before, series, year   columns: record_no   rows: 0..*
-- A record as often as it has such a question, one after the other.
SELECT r.record_no
  FROM review_query q
 CROSS JOIN record r ON r.record_no = q.record_no
 WHERE q.state = :question AND q.record_no < :before AND r.state = 1
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
   AND (:year = 0 OR (SELECT x.year FROM version_index x
                       WHERE x.series_no = r.series_no AND x.version_id = r.record_no * 65536 + r.version_no) = :year)
 ORDER BY q.record_no DESC;

-- name: list_term   params: term, day, series, year   columns: record_no, term_day   rows: 0..*
SELECT r.record_no, x.term_day
  FROM version_index x
 CROSS JOIN record r ON r.record_no = x.version_id / 65536 AND r.version_no = x.version_id % 65536
 WHERE x.term = :term AND x.term_day <= :day AND r.state = 1 AND (:year = 0 OR x.year = :year)
   AND (:series = '' OR instr(:series, ',' || r.series_no || ',') > 0)
 ORDER BY x.term_day;

-- name: list_double   params: series, year   columns: series_no, person_key, record_no, code_hash, person_no   rows: 0..*
-- Active records whose current version has a match key that another record of the series has or had; those of one key
-- one after the other, the newest first. code_hash 0: none. person_no 0: linkage has not seen it.
SELECT d.series_no, d.person_key, r.record_no, coalesce(x.code_hash, 0) AS code_hash,
       coalesce((SELECT l.person_no FROM record_person l WHERE l.record_no = r.record_no),
                (SELECT r.record_no FROM linkage_run u
                  WHERE u.form_no = (SELECT s.form_no FROM series s WHERE s.series_no = d.series_no)
                    AND u.state = 'finished' AND u.last_record >= r.record_no LIMIT 1), 0) AS person_no
  FROM person_double d
 CROSS JOIN person_record p ON p.series_no = d.series_no AND p.person_key = d.person_key
 CROSS JOIN record r ON r.record_no = p.record_no AND r.state = 1
 CROSS JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no AND v.person_key = p.person_key
 CROSS JOIN version_index x ON x.series_no = d.series_no AND x.version_id = v.version_id
 WHERE (:series = '' OR instr(:series, ',' || d.series_no || ',') > 0) AND (:year = 0 OR x.year = :year)
 ORDER BY d.series_no, d.person_key, p.record_no DESC;

-- name: list_by   params: record_no, author   columns: n   rows: 1
-- Whether somebody made a version of the record.
SELECT EXISTS (SELECT 1 FROM record_version v
                WHERE v.version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535 AND v.author = :author) AS n;

-- name: list_row   params: record_no   columns: record_no, code, form, organisation_no, organisation, state, version_no, created_at, batch_no, author, reason, has_identity, work   rows: 0..1
SELECT r.record_no, r.code, f.name AS form, s.organisation_no, o.code AS organisation, r.state, r.version_no,
       coalesce(v.created_at, b.created_at) AS created_at, coalesce(v.batch_no, 0) AS batch_no,
       coalesce(v.author, b.actor) AS author, coalesce(v.reason, '') AS reason,
       EXISTS (SELECT 1 FROM identity_body i WHERE i.version_id = v.version_id) AS has_identity,
       coalesce(w.state, '') AS work
  FROM record r
 CROSS JOIN series s ON s.series_no = r.series_no
 CROSS JOIN form f ON f.form_no = s.form_no
 CROSS JOIN organisation o ON o.organisation_no = s.organisation_no
 CROSS JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  LEFT JOIN batch b ON b.batch_no = v.batch_no
  LEFT JOIN version_work w ON w.version_id = v.version_id
 WHERE r.record_no = :record_no;

-- For version_index.c.

-- name: load_index   rows: 0
-- a series_no, b version_id, c year, d term, e term_day, f code_hash.
INSERT OR FAIL INTO version_index (series_no, version_id, year, term, term_day, code_hash)
SELECT a, b, c, d, e, f FROM feed;

-- name: index_add   params: series_no, version_id, year, term, term_day, code_hash   rows: 0
INSERT INTO version_index (series_no, version_id, year, term, term_day, code_hash)
VALUES (:series_no, :version_id, :year, :term, :term_day, :code_hash);

-- name: erase_index   params: record_no   rows: 0
UPDATE version_index SET year = NULL, term = NULL, term_day = NULL, code_hash = NULL
 WHERE series_no = (SELECT series_no FROM record WHERE record_no = :record_no)
   AND version_id BETWEEN :record_no * 65536 AND :record_no * 65536 + 65535;

-- For duplicate.c.

-- name: load_persons   rows: 0
-- In ascending order: a series_no, b person_key, c record_no.
INSERT OR IGNORE INTO person_record (series_no, person_key, record_no) SELECT a, b, c FROM feed;

-- name: person_double_of_series   params: series_no   rows: 0
INSERT OR IGNORE INTO person_double (series_no, person_key)
SELECT p.series_no, p.person_key FROM person_record p
 WHERE p.series_no = :series_no
 GROUP BY p.series_no, p.person_key HAVING count(*) > 1;

-- name: person_add   params: series_no, person_key, record_no   rows: 0
INSERT OR IGNORE INTO person_record (series_no, person_key, record_no) VALUES (:series_no, :person_key, :record_no);

-- name: person_double_add   params: series_no, person_key   rows: 0
INSERT OR IGNORE INTO person_double (series_no, person_key)
SELECT p.series_no, p.person_key FROM person_record p
 WHERE p.series_no = :series_no AND p.person_key = :person_key
 GROUP BY p.series_no, p.person_key HAVING count(*) > 1;

-- name: erase_double   params: record_no   rows: 0
-- Keys that only one other record has.
DELETE FROM person_double
 WHERE (series_no, person_key) IN (SELECT r.series_no, v.person_key FROM record r
                                     JOIN record_version v ON v.version_id BETWEEN r.record_no * 65536
                                                                               AND r.record_no * 65536 + 65535
                                    WHERE r.record_no = :record_no)
   AND (SELECT count(*) FROM person_record o
         WHERE o.series_no = person_double.series_no AND o.person_key = person_double.person_key) <= 2;

-- name: erase_person   params: record_no   rows: 0
DELETE FROM person_record
 WHERE record_no = :record_no
   AND (series_no, person_key) IN (SELECT r.series_no, v.person_key FROM record r
                                     JOIN record_version v ON v.version_id BETWEEN r.record_no * 65536
                                                                               AND r.record_no * 65536 + 65535
                                    WHERE r.record_no = :record_no);
