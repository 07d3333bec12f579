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

-- name: put_subject   params: record_no   columns: code, series_no, state, version_no, last_version_no, wrapped_key, batch_no   rows: 0..1
-- batch_no: NULL when the current version was made by hand.
SELECT r.code, r.series_no, r.state, r.version_no,
       (SELECT max(l.version_id) FROM record_version l
         WHERE l.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535) - r.record_no * 65536
           AS last_version_no,
       r.wrapped_key,
       (SELECT v.batch_no FROM record_version v WHERE v.version_id = r.record_no * 65536 + r.version_no) AS batch_no
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

-- For review.c and year.c.

-- name: work_list   params: state, form, organisation_no, after, max   columns: version_id, record_no, code, form, organisation_no, organisation, state, counted, late, changed_at, actor   rows: 0..*
-- Current versions of active records that stand there; form '' is every form, organisation 0 every organisation.
SELECT w.version_id, w.record_no, r.code, f.name AS form, s.organisation_no, o.code AS organisation, w.state, w.counted,
       w.late, w.changed_at, w.actor
  FROM version_work w
  JOIN record r ON r.record_no = w.record_no AND w.version_id = r.record_no * 65536 + r.version_no
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
  JOIN organisation o ON o.organisation_no = s.organisation_no
 WHERE w.state = :state AND w.version_id > :after AND r.state = 1 AND (:form = '' OR f.name = :form)
   AND (:organisation_no = 0 OR s.organisation_no = :organisation_no)
 ORDER BY w.version_id LIMIT :max;

-- name: work_of   params: version_id   columns: state, counted, late, changed_at, actor   rows: 0..1
SELECT state, counted, late, changed_at, actor FROM version_work WHERE version_id = :version_id;

-- name: work_set   params: version_id, state, at, actor   rows: 0
UPDATE version_work SET state = :state, changed_at = :at, actor = :actor WHERE version_id = :version_id;

-- name: beside_key   params: record_no   columns: code, wrapped_key   rows: 0..1
SELECT code, wrapped_key FROM record WHERE record_no = :record_no;

-- name: query_next   columns: query_no   rows: 1
SELECT coalesce(max(query_no), 0) + 1 AS query_no FROM review_query;

-- name: query_add   params: query_no, record_no, version_no, field, at   rows: 0
INSERT INTO review_query (query_no, record_no, version_no, field, state, changed_at)
VALUES (:query_no, :record_no, :version_no, :field, 'open', :at);

-- name: query_state   params: query_no, state, at   rows: 0
UPDATE review_query SET state = :state, changed_at = :at WHERE query_no = :query_no;

-- name: query_get   params: query_no   columns: query_no, record_no, code, organisation_no, version_no, field, state, changed_at   rows: 0..1
SELECT q.query_no, q.record_no, r.code, s.organisation_no, q.version_no, q.field, q.state, q.changed_at
  FROM review_query q JOIN record r ON r.record_no = q.record_no JOIN series s ON s.series_no = r.series_no
 WHERE q.query_no = :query_no;

-- name: query_of_record   params: record_no   columns: query_no, record_no, code, organisation_no, version_no, field, state, changed_at   rows: 0..*
SELECT q.query_no, q.record_no, r.code, s.organisation_no, q.version_no, q.field, q.state, q.changed_at
  FROM review_query q JOIN record r ON r.record_no = q.record_no JOIN series s ON s.series_no = r.series_no
 WHERE q.record_no = :record_no ORDER BY q.query_no;

-- name: message_next   columns: message_no   rows: 1
SELECT coalesce(max(message_no), 0) + 1 AS message_no FROM review_message;

-- name: message_add   params: message_no, query_no, at, actor, body   rows: 0
INSERT INTO review_message (message_no, query_no, at, actor, body) VALUES (:message_no, :query_no, :at, :actor, :body);

-- name: message_list   params: query_no   columns: message_no, at, actor, body   rows: 0..*
SELECT message_no, at, actor, body FROM review_message WHERE query_no = :query_no ORDER BY message_no;

-- name: year_close   params: form_no, year, at, actor   rows: 0
INSERT INTO closed_year (form_no, year, closed_at, actor) VALUES (:form_no, :year, :at, :actor);

-- name: year_reopen   params: form, year   rows: 0
DELETE FROM closed_year WHERE year = :year AND form_no = (SELECT form_no FROM form WHERE name = :form);

-- name: year_list   columns: form, year, closed_at, actor   rows: 0..*
SELECT f.name AS form, y.year, y.closed_at, y.actor FROM closed_year y JOIN form f ON f.form_no = y.form_no
 ORDER BY y.year DESC, f.form_no;

-- For referral.c.

-- name: referral_next   columns: referral_no   rows: 1
SELECT coalesce(max(referral_no), 0) + 1 AS referral_no FROM referral;

-- name: referral_add   params: referral_no, record_no, version_no, from_no, to_no, at, actor, body   rows: 0
INSERT INTO referral (referral_no, record_no, version_no, from_no, to_no, state, made_at, made_by, body)
VALUES (:referral_no, :record_no, :version_no, :from_no, :to_no, 'open', :at, :actor, :body);

-- name: referral_list   params: organisation_no, max   columns: referral_no, record_no, code, version_no, from_no, from_code, to_no, to_code, state, made_at, made_by, answered_at   rows: 0..*
-- Organisation 0 is every organisation. The newest first.
SELECT x.referral_no, x.record_no, r.code, x.version_no, x.from_no, a.code AS from_code, x.to_no, b.code AS to_code,
       x.state, x.made_at, x.made_by, coalesce(x.answered_at, 0) AS answered_at
  FROM referral x
  JOIN record r ON r.record_no = x.record_no
  JOIN organisation a ON a.organisation_no = x.from_no
  JOIN organisation b ON b.organisation_no = x.to_no
 WHERE :organisation_no = 0 OR x.from_no = :organisation_no OR x.to_no = :organisation_no
 ORDER BY x.referral_no DESC LIMIT :max;

-- name: referral_get   params: referral_no   columns: referral_no, record_no, code, version_no, from_no, from_code, to_no, to_code, state, made_at, made_by, answered_at   rows: 0..1
SELECT x.referral_no, x.record_no, r.code, x.version_no, x.from_no, a.code AS from_code, x.to_no, b.code AS to_code,
       x.state, x.made_at, x.made_by, coalesce(x.answered_at, 0) AS answered_at
  FROM referral x
  JOIN record r ON r.record_no = x.record_no
  JOIN organisation a ON a.organisation_no = x.from_no
  JOIN organisation b ON b.organisation_no = x.to_no
 WHERE x.referral_no = :referral_no;

-- name: referral_words   params: referral_no   columns: body, answer   rows: 0..1
SELECT body, answer FROM referral WHERE referral_no = :referral_no;

-- name: referral_answer   params: referral_no, state, at, actor, answer   rows: 0
UPDATE referral SET state = :state, answered_at = :at, answered_by = :actor, answer = :answer
 WHERE referral_no = :referral_no;

-- name: referral_count   params: to_no   columns: n   rows: 1
SELECT count(*) AS n FROM referral WHERE state = 'open' AND (:to_no = 0 OR to_no = :to_no);

-- For search.c.

-- name: search_behind   params: after, max   columns: record_no, code, form, version_no, wrapped_key, body   rows: 0..*
-- Active records whose hashes are not those of their current version, with the identity part of it.
SELECT r.record_no, r.code, f.name AS form, r.version_no, i.wrapped_key, i.body
  FROM record r
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
  JOIN identity_body i ON i.version_id = r.record_no * 65536 + r.version_no
 WHERE r.record_no > :after AND r.state = 1
   AND NOT EXISTS (SELECT 1 FROM search_record m WHERE m.record_no = r.record_no AND m.version_no = r.version_no)
 ORDER BY r.record_no LIMIT :max;

-- name: search_add   params: hash, record_no   rows: 0
INSERT OR IGNORE INTO search_hash (hash, record_no) VALUES (:hash, :record_no);

-- name: search_mark   params: record_no, version_no   rows: 0
INSERT OR REPLACE INTO search_record (record_no, version_no) VALUES (:record_no, :version_no);

-- name: search_find   params: hash   columns: record_no, organisation_no   rows: 0..*
SELECT h.record_no, s.organisation_no
  FROM search_hash h
  JOIN record r ON r.record_no = h.record_no
  JOIN series s ON s.series_no = r.series_no
 WHERE h.hash = :hash AND r.state = 1 ORDER BY h.record_no LIMIT 200;
