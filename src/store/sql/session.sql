-- name: session_add   params: session_hash, run, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress   rows: 0
INSERT INTO session (session_hash, run, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress)
VALUES (:session_hash, :run, :account_no, :state, :source, :purpose, :began_at, :began_ms, :seen_ms, :proved_ms, :duress);

-- name: session_find   params: session_hash, run   columns: session_no, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress   rows: 0..1
SELECT session_no, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress
  FROM session WHERE session_hash = :session_hash AND run = :run;

-- name: session_list   params: account_no, run   columns: session_no, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress   rows: 0..*
SELECT session_no, account_no, state, source, purpose, began_at, began_ms, seen_ms, proved_ms, duress
  FROM session WHERE account_no = :account_no AND run = :run ORDER BY session_no;

-- name: session_seen   params: session_no, seen_ms   rows: 0
UPDATE session SET seen_ms = :seen_ms WHERE session_no = :session_no;

-- name: session_renew   params: session_no, session_hash, state, seen_ms, proved_ms   rows: 0
UPDATE session SET session_hash = :session_hash, state = :state, seen_ms = :seen_ms, proved_ms = :proved_ms
 WHERE session_no = :session_no;

-- name: session_purpose   params: session_no, purpose   rows: 0
UPDATE session SET purpose = :purpose WHERE session_no = :session_no;

-- name: session_remove   params: session_no   rows: 0
DELETE FROM session WHERE session_no = :session_no;

-- name: session_remove_all   params: account_no, but   rows: 0
DELETE FROM session WHERE account_no = :account_no AND session_no != :but;

-- name: session_sweep   params: run, began_before, seen_before   rows: 0
DELETE FROM session WHERE run != :run OR began_ms < :began_before OR seen_ms < :seen_before;

-- name: session_sweep_past   params: run, began_before, seen_before, until   rows: 0
INSERT OR REPLACE INTO session_past (session_hash, account_no, until)
SELECT session_hash, account_no, :until
  FROM session WHERE state = 1 AND duress = 0 AND (run != :run OR began_ms < :began_before OR seen_ms < :seen_before);

-- name: session_past_add   params: session_no, until   rows: 0
INSERT OR REPLACE INTO session_past (session_hash, account_no, until)
SELECT session_hash, account_no, :until FROM session WHERE session_no = :session_no AND state = 1 AND duress = 0;

-- name: session_past_find   params: session_hash, run, now   columns: account_no   rows: 0..2
SELECT account_no FROM session_past WHERE session_hash = :session_hash AND until > :now
 UNION
SELECT account_no FROM session WHERE session_hash = :session_hash AND run != :run AND state = 1 AND duress = 0;

-- name: session_past_remove   params: account_no   rows: 0
DELETE FROM session_past WHERE account_no = :account_no;

-- name: session_past_expire   params: now   rows: 0
DELETE FROM session_past WHERE until <= :now;

-- name: throttle_get   params: key   columns: n_failed, failed_at, hour_at, n_hour, n_try   rows: 0..1
SELECT n_failed, failed_at, hour_at, n_hour, n_try FROM throttle WHERE key = :key;

-- name: throttle_set   params: key, lasting, n_failed, failed_at, hour_at, n_hour, n_try   rows: 0
INSERT INTO throttle (key, lasting, n_failed, failed_at, hour_at, n_hour, n_try)
VALUES (:key, :lasting, :n_failed, :failed_at, :hour_at, :n_hour, :n_try)
    ON CONFLICT (key) DO UPDATE SET lasting = excluded.lasting, n_failed = excluded.n_failed,
       failed_at = excluded.failed_at, hour_at = excluded.hour_at, n_hour = excluded.n_hour,
       n_try = excluded.n_try;

-- name: throttle_remove   params: key   rows: 0
DELETE FROM throttle WHERE key = :key;

-- name: throttle_sweep   params: before   rows: 0
DELETE FROM throttle WHERE lasting = 0 AND failed_at < :before;

-- name: token_add   params: token_hash, account_no, label, operations, organisation_no, purpose, added_at, until   rows: 0
INSERT INTO token (token_hash, account_no, label, operations, organisation_no, purpose, added_at, until)
VALUES (:token_hash, :account_no, :label, :operations, :organisation_no, :purpose, :added_at, :until);

-- name: token_find   params: token_hash   columns: token_no, account_no, label, operations, organisation_no, organisation, purpose, added_at, until, used_at, revoked_at   rows: 0..1
SELECT t.token_no, t.account_no, t.label, t.operations, t.organisation_no, o.code AS organisation, t.purpose,
       t.added_at, t.until, t.used_at, t.revoked_at
  FROM token t LEFT JOIN organisation o ON o.organisation_no = t.organisation_no
 WHERE t.token_hash = :token_hash;

-- name: token_list   params: account_no   columns: token_no, account_no, label, operations, organisation_no, organisation, purpose, added_at, until, used_at, revoked_at   rows: 0..*
SELECT t.token_no, t.account_no, t.label, t.operations, t.organisation_no, o.code AS organisation, t.purpose,
       t.added_at, t.until, t.used_at, t.revoked_at
  FROM token t LEFT JOIN organisation o ON o.organisation_no = t.organisation_no
 WHERE t.account_no = :account_no ORDER BY t.token_no;

-- name: token_used   params: token_no, at   rows: 0
UPDATE token SET used_at = :at WHERE token_no = :token_no;

-- name: token_revoke   params: token_no, at   rows: 0
UPDATE token SET revoked_at = :at WHERE token_no = :token_no AND revoked_at IS NULL;

-- name: token_revoke_all   params: account_no, at   rows: 0
UPDATE token SET revoked_at = :at WHERE account_no = :account_no AND revoked_at IS NULL;
