-- The log. Nothing here changes or deletes a row; the connection (sqlite.c) and the triggers would refuse it.

-- name: audit_add   params: sequence, at, monotone_ms, body, hash   rows: 0
-- FAIL, here and below: see migrations/0001_spine.sql.
INSERT OR FAIL INTO audit_entry (sequence, at, monotone_ms, body, hash)
VALUES (:sequence, :at, :monotone_ms, :body, :hash);

-- name: audit_last   columns: sequence, at, monotone_ms, hash   rows: 0..1
SELECT sequence, at, monotone_ms, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1;

-- name: audit_entries   params: first   columns: sequence, at, monotone_ms, body, hash   rows: 0..*
SELECT sequence, at, monotone_ms, body, hash FROM audit_entry WHERE sequence >= :first ORDER BY sequence;

-- name: checkpoint_add   params: size, at, root, text, signature   rows: 0
INSERT INTO audit_checkpoint (size, at, root, text, signature) VALUES (:size, :at, :root, :text, :signature);

-- name: checkpoint_last   columns: size, at, root, text, signature   rows: 0..1
SELECT size, at, root, text, signature FROM audit_checkpoint ORDER BY size DESC LIMIT 1;

-- name: checkpoint_list   columns: size, at, root, text, signature   rows: 0..*
SELECT size, at, root, text, signature FROM audit_checkpoint ORDER BY size;

-- name: log_head   columns: sequence, at, monotone_ms, hash, frontier, checkpoint_size, checkpoint_at, mac   rows: 0..1
SELECT sequence, at, monotone_ms, hash, frontier, checkpoint_size, checkpoint_at, mac FROM log_head;

-- name: log_head_add   params: sequence, at, monotone_ms, hash, frontier, checkpoint_size, checkpoint_at, mac   rows: 0
INSERT OR FAIL INTO log_head (one, sequence, at, monotone_ms, hash, frontier, checkpoint_size, checkpoint_at, mac)
VALUES (1, :sequence, :at, :monotone_ms, :hash, :frontier, :checkpoint_size, :checkpoint_at, :mac);

-- name: log_head_set   params: sequence, at, monotone_ms, hash, frontier, checkpoint_size, checkpoint_at, mac   rows: 0
UPDATE OR FAIL log_head SET sequence = :sequence, at = :at, monotone_ms = :monotone_ms, hash = :hash,
       frontier = :frontier, checkpoint_size = :checkpoint_size, checkpoint_at = :checkpoint_at, mac = :mac
 WHERE one = 1;
