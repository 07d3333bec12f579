-- name: begin_read   rows: 0
BEGIN DEFERRED;

-- name: begin_write   rows: 0
BEGIN IMMEDIATE;

-- name: commit   rows: 0
COMMIT;

-- name: rollback   rows: 0
ROLLBACK;

-- name: generation   columns: generation   rows: 1
-- Also what fixes the state that a read transaction sees.
SELECT generation FROM repository;

-- name: generation_next   rows: 0
UPDATE repository SET generation = generation + 1;
