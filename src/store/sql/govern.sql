-- For ledger.c and subject_request.c.

-- name: backup_made_add   params: name, made_at, made_by, bytes, n_record, n_audit, automatic, digest   rows: 0
INSERT OR REPLACE INTO backup_made (name, made_at, made_by, bytes, n_record, n_audit, automatic, digest)
VALUES (:name, :made_at, :made_by, :bytes, :n_record, :n_audit, :automatic, :digest);

-- name: backup_made_read   params: name, at, damaged   rows: 0
UPDATE backup_made SET read_at = :at, damaged = :damaged WHERE name = :name;

-- name: backup_schedule_get   columns: minute, keep, changed_at, tried_at, failed   rows: 0..1
SELECT minute, keep, changed_at, tried_at, failed FROM backup_schedule;

-- name: backup_schedule_set   params: minute, keep, at, actor   rows: 0
INSERT INTO backup_schedule (one, minute, keep, changed_at, changed_by) VALUES (1, :minute, :keep, :at, :actor)
    ON CONFLICT (one) DO UPDATE SET minute = excluded.minute, keep = excluded.keep,
                                    changed_at = excluded.changed_at, changed_by = excluded.changed_by;

-- name: backup_schedule_tried   params: at, failed   rows: 0
INSERT INTO backup_schedule (one, tried_at, failed) VALUES (1, :at, :failed)
    ON CONFLICT (one) DO UPDATE SET tried_at = excluded.tried_at, failed = excluded.failed;

-- name: backup_made_verified   params: name, made_at, made_by, bytes, n_record, n_audit, verified_at, verified_by   rows: 0
INSERT INTO backup_made (name, made_at, made_by, bytes, n_record, n_audit, verified_at, verified_by)
VALUES (:name, :made_at, :made_by, :bytes, :n_record, :n_audit, :verified_at, :verified_by)
    ON CONFLICT (name) DO UPDATE SET verified_at = excluded.verified_at, verified_by = excluded.verified_by;

-- name: backup_made_list   columns: name, made_at, made_by, bytes, n_record, n_audit, verified_at, verified_by, automatic, digest, read_at, damaged   rows: 0..*
SELECT name, made_at, made_by, bytes, n_record, n_audit, coalesce(verified_at, 0) AS verified_at, verified_by,
       automatic, digest, read_at, damaged
  FROM backup_made ORDER BY made_at DESC, name DESC;

-- name: setup_step_set   params: step, at, actor   rows: 0
INSERT OR REPLACE INTO setup_step (step, at, actor) VALUES (:step, :at, :actor);

-- name: setup_step_get   params: step   columns: at   rows: 0..1
SELECT at FROM setup_step WHERE step = :step;

-- name: session_count   params: run   columns: n   rows: 1
SELECT count(*) AS n FROM session WHERE run = :run;

-- name: subject_request_add   params: code, right, law, state, received_on, due_on, added_at, added_by, wrapped_key, body   rows: 0
INSERT INTO subject_request (code, right, law, state, received_on, due_on, added_at, added_by, wrapped_key, body, version_no)
VALUES (:code, :right, :law, :state, :received_on, :due_on, :added_at, :added_by, :wrapped_key, :body, 1);

-- name: subject_request_list   columns: request_no, code, right, law, state, received_on, due_on, added_at, added_by, closed_at, closed_by, version_no   rows: 0..*
-- Those that wait first, by the day they are due.
SELECT request_no, code, right, law, state, received_on, due_on, added_at, added_by, coalesce(closed_at, 0) AS closed_at,
       closed_by, version_no
  FROM subject_request ORDER BY closed_at IS NOT NULL, due_on, request_no;

-- name: subject_request_find   params: code   columns: request_no, code, right, law, state, received_on, due_on, added_at, added_by, closed_at, closed_by, version_no   rows: 0..1
SELECT request_no, code, right, law, state, received_on, due_on, added_at, added_by, coalesce(closed_at, 0) AS closed_at,
       closed_by, version_no
  FROM subject_request WHERE code = :code;

-- name: subject_request_body   params: request_no   columns: wrapped_key, body, version_no   rows: 0..1
SELECT wrapped_key, body, version_no FROM subject_request WHERE request_no = :request_no;

-- name: subject_request_change   params: request_no, state, due_on, closed_at, closed_by, body, version_no   rows: 0
UPDATE subject_request SET state = :state, due_on = :due_on, closed_at = :closed_at, closed_by = :closed_by, body = :body,
       version_no = :version_no
 WHERE request_no = :request_no;
