-- name: answer_sweep   params: before   rows: 0
DELETE FROM answer WHERE made_at < :before;

-- name: answer_find   params: account_no, name_hash   columns: request_hash, code, wrapped_key, body   rows: 0..1
SELECT request_hash, code, wrapped_key, body FROM answer WHERE account_no = :account_no AND name_hash = :name_hash;

-- name: answer_count   params: account_no   columns: n   rows: 1
SELECT count(*) AS n FROM answer WHERE account_no = :account_no;

-- name: answer_add   params: account_no, name_hash, request_hash, code, made_at   rows: 0
INSERT INTO answer (account_no, name_hash, request_hash, code, made_at)
VALUES (:account_no, :name_hash, :request_hash, :code, :made_at);

-- name: answer_keep   params: account_no, name_hash, wrapped_key, body   rows: 0
UPDATE answer SET wrapped_key = :wrapped_key, body = :body WHERE account_no = :account_no AND name_hash = :name_hash;

-- name: answer_remove   params: account_no, name_hash   rows: 0
DELETE FROM answer WHERE account_no = :account_no AND name_hash = :name_hash;
