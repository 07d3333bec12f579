-- For task.c and decoy.c.

-- name: task_add   params: code, kind, state, account_no, organisation_no, subject, made_at, made_by, until, wrapped_key, body   rows: 0
INSERT INTO task (code, kind, state, account_no, organisation_no, subject, made_at, made_by, until, n_used, wrapped_key, body,
                  version_no)
VALUES (:code, :kind, :state, :account_no, :organisation_no, :subject, :made_at, :made_by, :until, 0, :wrapped_key, :body, 1);

-- name: task_list   params: kind, state, account_no, organisation_no, since   columns: task_no, code, kind, state, account_no, organisation_no, subject, made_at, made_by, until, decided_at, decided_by, n_used, version_no, role, unit   rows: 0..*
-- Newest first; '' and 0 stand for any.
SELECT t.task_no, t.code, t.kind, t.state, t.account_no, t.organisation_no, t.subject, t.made_at, t.made_by, t.until,
       coalesce(t.decided_at, 0) AS decided_at, t.decided_by, t.n_used, t.version_no, a.role, o.code AS unit
  FROM task t LEFT JOIN account a ON a.account_no = t.account_no
       LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 WHERE t.kind = :kind AND (:state = '' OR t.state = :state) AND (:account_no = 0 OR t.account_no = :account_no)
   AND (:organisation_no = 0 OR t.organisation_no = :organisation_no) AND t.made_at >= :since
 ORDER BY t.task_no DESC;

-- name: task_count   params: kind, state, account_no, organisation_no, since   columns: n   rows: 1
SELECT count(*) AS n FROM task
 WHERE kind = :kind AND (:state = '' OR state = :state) AND (:account_no = 0 OR account_no = :account_no)
   AND (:organisation_no = 0 OR organisation_no = :organisation_no) AND made_at >= :since;

-- name: task_find   params: kind, code   columns: task_no, code, kind, state, account_no, organisation_no, subject, made_at, made_by, until, decided_at, decided_by, n_used, version_no, role, unit   rows: 0..1
SELECT t.task_no, t.code, t.kind, t.state, t.account_no, t.organisation_no, t.subject, t.made_at, t.made_by, t.until,
       coalesce(t.decided_at, 0) AS decided_at, t.decided_by, t.n_used, t.version_no, a.role, o.code AS unit
  FROM task t LEFT JOIN account a ON a.account_no = t.account_no
       LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 WHERE t.kind = :kind AND t.code = :code;

-- name: task_of_subject   params: kind, account_no, subject   columns: task_no, code, kind, state, account_no, organisation_no, subject, made_at, made_by, until, decided_at, decided_by, n_used, version_no, role, unit   rows: 0..1
SELECT t.task_no, t.code, t.kind, t.state, t.account_no, t.organisation_no, t.subject, t.made_at, t.made_by, t.until,
       coalesce(t.decided_at, 0) AS decided_at, t.decided_by, t.n_used, t.version_no, a.role, o.code AS unit
  FROM task t LEFT JOIN account a ON a.account_no = t.account_no
       LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 WHERE t.subject = :subject AND t.kind = :kind AND t.account_no = :account_no
 ORDER BY t.task_no DESC LIMIT 1;

-- name: task_body   params: task_no   columns: wrapped_key, body, version_no   rows: 0..1
SELECT wrapped_key, body, version_no FROM task WHERE task_no = :task_no;

-- name: task_change   params: task_no, state, until, decided_at, decided_by, n_used, body, version_no   rows: 0
UPDATE task SET state = :state, until = :until, decided_at = :decided_at, decided_by = :decided_by, n_used = :n_used,
       body = :body, version_no = :version_no
 WHERE task_no = :task_no;

-- name: task_sweep   params: kind, before   rows: 0
DELETE FROM task WHERE kind = :kind AND made_at < :before;

-- name: decoy_add   params: record_no, made_at, made_by   rows: 0
INSERT OR REPLACE INTO decoy (record_no, made_at, made_by) VALUES (:record_no, :made_at, :made_by);

-- name: decoy_find   params: record_no   columns: made_at   rows: 0..1
SELECT made_at FROM decoy WHERE record_no = :record_no;

-- name: decoy_list   columns: code, organisation, made_at, made_by   rows: 0..*
SELECT r.code, o.code AS organisation, d.made_at, d.made_by
  FROM decoy d JOIN record r ON r.record_no = d.record_no JOIN series s ON s.series_no = r.series_no
       JOIN organisation o ON o.organisation_no = s.organisation_no
 WHERE r.state = 1 ORDER BY d.record_no DESC;
