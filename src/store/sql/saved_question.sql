-- For saved_question.c. Somebody sees what is theirs, and what colleagues of the organisation have shared.

-- name: question_add   params: code, account_no, owner, organisation_no, shared, at, wrapped_key, body   rows: 0
INSERT INTO saved_question (code, account_no, owner, organisation_no, shared, version_no, saved_at, wrapped_key, body)
VALUES (:code, :account_no, :owner, :organisation_no, :shared, 1, :at, :wrapped_key, :body);

-- name: question_count   params: account_no, owner   columns: n   rows: 1
SELECT count(*) AS n FROM saved_question WHERE account_no = :account_no AND owner = :owner;

-- name: question_list   params: account_no, owner, organisation_no   columns: question_no, code, account_no, owner, shared, saved_at, version_no, wrapped_key, body   rows: 0..*
SELECT question_no, code, account_no, owner, shared, saved_at, version_no, wrapped_key, body
  FROM saved_question WHERE account_no = :account_no AND owner = :owner
 UNION ALL
SELECT question_no, code, account_no, owner, shared, saved_at, version_no, wrapped_key, body
  FROM saved_question
 WHERE shared = 1 AND organisation_no = :organisation_no AND organisation_no <> 0
   AND NOT (account_no = :account_no AND owner = :owner);

-- name: question_find   params: code, account_no, owner, organisation_no   columns: question_no, code, account_no, owner, shared, saved_at, version_no, wrapped_key, body   rows: 0..1
SELECT question_no, code, account_no, owner, shared, saved_at, version_no, wrapped_key, body
  FROM saved_question
 WHERE code = :code
   AND ((account_no = :account_no AND owner = :owner) OR
        (shared = 1 AND organisation_no = :organisation_no AND organisation_no <> 0));

-- name: question_change   params: question_no, shared, version_no, at, body   rows: 0
UPDATE saved_question SET shared = :shared, version_no = :version_no, saved_at = :at, body = :body
 WHERE question_no = :question_no;

-- name: question_remove   params: question_no   rows: 0
DELETE FROM saved_question WHERE question_no = :question_no;

-- name: question_key   params: question_no   columns: wrapped_key   rows: 1
SELECT wrapped_key FROM saved_question WHERE question_no = :question_no;
