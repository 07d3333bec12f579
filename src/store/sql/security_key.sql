-- name: security_key_add   params: account_no, id_hash, sealed, counter, added_at   rows: 0
INSERT INTO security_key (account_no, id_hash, sealed, counter, added_at)
VALUES (:account_no, :id_hash, :sealed, :counter, :added_at);

-- name: security_key_list   params: account_no   columns: key_no, sealed, counter, added_at, used_at   rows: 0..*
SELECT key_no, sealed, counter, added_at, used_at FROM security_key WHERE account_no = :account_no ORDER BY key_no;

-- name: security_key_find   params: account_no, id_hash   columns: key_no, sealed, counter, added_at, used_at   rows: 0..1
SELECT key_no, sealed, counter, added_at, used_at FROM security_key
 WHERE account_no = :account_no AND id_hash = :id_hash;

-- name: security_key_taken   params: id_hash   columns: key_no   rows: 0..1
SELECT key_no FROM security_key WHERE id_hash = :id_hash;

-- name: security_key_used   params: key_no, counter, used_at   rows: 0
UPDATE security_key SET counter = :counter, used_at = :used_at WHERE key_no = :key_no;

-- name: security_key_remove   params: account_no, key_no   rows: 0
DELETE FROM security_key WHERE account_no = :account_no AND key_no = :key_no;

-- name: security_key_clear   params: account_no   rows: 0
DELETE FROM security_key WHERE account_no = :account_no;

-- name: security_key_ready   params: role   columns: since   rows: 1
-- When the first key was added among accounts of a role that are active and could lose it: with two keys, or one
-- and a recovery code. NULL: there is none.
SELECT min(k.added_at) AS since
  FROM security_key k JOIN account a ON a.account_no = k.account_no
 WHERE a.role = :role AND a.state = 2
   AND ((SELECT count(*) FROM security_key o WHERE o.account_no = a.account_no) >= 2
        OR EXISTS (SELECT 1 FROM account_recovery r WHERE r.account_no = a.account_no AND r.used_at IS NULL));

-- name: security_challenge_add   params: challenge_hash, session_no, made_for, until_ms   rows: 0
INSERT INTO security_challenge (challenge_hash, session_no, made_for, until_ms)
VALUES (:challenge_hash, :session_no, :made_for, :until_ms);

-- name: security_challenge_find   params: challenge_hash, session_no, made_for, now_ms   columns: good   rows: 0..1
SELECT 1 AS good FROM security_challenge
 WHERE challenge_hash = :challenge_hash AND session_no = :session_no AND made_for = :made_for AND until_ms >= :now_ms;

-- name: security_challenge_remove   params: challenge_hash   rows: 0
DELETE FROM security_challenge WHERE challenge_hash = :challenge_hash;

-- name: security_challenge_sweep   params: session_no, now_ms, keep   rows: 0
-- Those that are over, and all but the newest of a session.
DELETE FROM security_challenge
 WHERE session_no = :session_no
   AND (until_ms < :now_ms OR challenge_hash NOT IN
        (SELECT challenge_hash FROM security_challenge WHERE session_no = :session_no
          ORDER BY until_ms DESC, challenge_hash LIMIT :keep));
