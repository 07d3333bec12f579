-- For release.c. A release is found by its number, whatever its state; who may see it is not settled here.

-- name: release_next   columns: n   rows: 1
SELECT coalesce(max(release_no), 0) + 1 AS n FROM release_set;

-- name: release_add   params: release_no, account_no, made_by, made_at, replaces, generation, n_table, threshold, digest, wrapped_key, words, document   rows: 0
INSERT INTO release_set (release_no, state, account_no, made_by, made_at, replaces, generation, n_table, threshold, digest,
                         version_no, wrapped_key, words, document)
VALUES (:release_no, 'waiting', :account_no, :made_by, :made_at, :replaces, :generation, :n_table, :threshold, :digest,
        1, :wrapped_key, :words, :document);

-- name: release_list   columns: release_no, state, account_no, made_by, made_at, decided_by, decided_at, withdrawn_by, withdrawn_at, replaces, replaced_by, generation, n_table, threshold, digest, version_no, wrapped_key, words   rows: 0..*
-- Newest first.
SELECT r.release_no, r.state, r.account_no, r.made_by, r.made_at, r.decided_by, r.decided_at, r.withdrawn_by, r.withdrawn_at,
       r.replaces,
       (SELECT max(n.release_no) FROM release_set n WHERE n.replaces = r.release_no AND n.state = 'published') AS replaced_by,
       r.generation, r.n_table, r.threshold, r.digest, r.version_no, r.wrapped_key, r.words
  FROM release_set r ORDER BY r.release_no DESC;

-- name: release_find   params: release_no   columns: release_no, state, account_no, made_by, made_at, decided_by, decided_at, withdrawn_by, withdrawn_at, replaces, replaced_by, generation, n_table, threshold, digest, version_no, wrapped_key, words   rows: 0..1
SELECT r.release_no, r.state, r.account_no, r.made_by, r.made_at, r.decided_by, r.decided_at, r.withdrawn_by, r.withdrawn_at,
       r.replaces,
       (SELECT max(n.release_no) FROM release_set n WHERE n.replaces = r.release_no AND n.state = 'published') AS replaced_by,
       r.generation, r.n_table, r.threshold, r.digest, r.version_no, r.wrapped_key, r.words
  FROM release_set r WHERE r.release_no = :release_no;

-- name: release_sealed   params: release_no   columns: wrapped_key, document   rows: 0..1
SELECT wrapped_key, document FROM release_set WHERE release_no = :release_no;

-- name: release_count   params: state, but_by, by   columns: n   rows: 1
-- '' stands for anybody.
SELECT count(*) AS n FROM release_set
 WHERE state = :state AND (:by = '' OR made_by = :by) AND (:but_by = '' OR made_by <> :but_by);

-- name: release_change   params: release_no, version_no, state, decided_by, decided_at, withdrawn_by, withdrawn_at, words   rows: 0
UPDATE release_set SET version_no = :version_no, state = :state, decided_by = :decided_by, decided_at = :decided_at,
       withdrawn_by = :withdrawn_by, withdrawn_at = :withdrawn_at, words = :words
 WHERE release_no = :release_no;
