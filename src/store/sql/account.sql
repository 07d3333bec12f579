-- name: account_add   params: name, full_name, role, organisation_no, language, state, added_at, added_by   rows: 0
INSERT INTO account (name, full_name, role, organisation_no, language, state, added_at, added_by)
VALUES (:name, :full_name, :role, :organisation_no, :language, :state, :added_at, :added_by);

-- name: account_find   params: name   columns: account_no, name, full_name, role, organisation_no, organisation, organisation_name, language, state, added_at, added_by, signed_in_at, has_password, has_factor, activation_until, password_at, factor_at, n_key   rows: 0..1
SELECT a.account_no, a.name, a.full_name, a.role, a.organisation_no, o.code AS organisation,
       o.name AS organisation_name, a.language, a.state, a.added_at, a.added_by, a.signed_in_at,
       a.password_hash IS NOT NULL AS has_password, a.factor IS NOT NULL AS has_factor, a.activation_until,
       a.password_at, a.factor_at,
       (SELECT count(*) FROM security_key k WHERE k.account_no = a.account_no) AS n_key
  FROM account a LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 WHERE a.name = :name;

-- name: account_get   params: account_no   columns: account_no, name, full_name, role, organisation_no, organisation, organisation_name, language, state, added_at, added_by, signed_in_at, has_password, has_factor, activation_until, password_at, factor_at, n_key   rows: 0..1
SELECT a.account_no, a.name, a.full_name, a.role, a.organisation_no, o.code AS organisation,
       o.name AS organisation_name, a.language, a.state, a.added_at, a.added_by, a.signed_in_at,
       a.password_hash IS NOT NULL AS has_password, a.factor IS NOT NULL AS has_factor, a.activation_until,
       a.password_at, a.factor_at,
       (SELECT count(*) FROM security_key k WHERE k.account_no = a.account_no) AS n_key
  FROM account a LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 WHERE a.account_no = :account_no;

-- name: account_list   columns: account_no, name, full_name, role, organisation_no, organisation, organisation_name, language, state, added_at, added_by, signed_in_at, has_password, has_factor, activation_until, password_at, factor_at, n_key   rows: 0..*
SELECT a.account_no, a.name, a.full_name, a.role, a.organisation_no, o.code AS organisation,
       o.name AS organisation_name, a.language, a.state, a.added_at, a.added_by, a.signed_in_at,
       a.password_hash IS NOT NULL AS has_password, a.factor IS NOT NULL AS has_factor, a.activation_until,
       a.password_at, a.factor_at,
       (SELECT count(*) FROM security_key k WHERE k.account_no = a.account_no) AS n_key
  FROM account a LEFT JOIN organisation o ON o.organisation_no = a.organisation_no
 ORDER BY a.name;

-- name: account_change   params: account_no, role, organisation_no, state   rows: 0
UPDATE account SET role = :role, organisation_no = :organisation_no, state = :state WHERE account_no = :account_no;

-- name: account_language   params: account_no, language   rows: 0
UPDATE account SET language = :language WHERE account_no = :account_no;

-- name: account_signed_in   params: account_no, signed_in_at   rows: 0
UPDATE account SET signed_in_at = :signed_in_at WHERE account_no = :account_no;

-- name: account_role_count   params: role   columns: n   rows: 1
SELECT count(*) AS n FROM account WHERE role = :role AND state != 3;

-- name: account_active_count   params: role   columns: n   rows: 1
SELECT count(*) AS n FROM account WHERE role = :role AND state = 2;

-- name: account_password   params: account_no   columns: salt, passes, kib, hash, duress   rows: 0..1
SELECT password_salt AS salt, password_passes AS passes, password_kib AS kib, password_hash AS hash,
       duress_hash AS duress
  FROM account WHERE account_no = :account_no AND password_hash IS NOT NULL;

-- name: account_set_password   params: account_no, salt, passes, kib, hash, at   rows: 0
UPDATE account SET password_salt = :salt, password_passes = :passes, password_kib = :kib, password_hash = :hash,
       password_at = :at, duress_hash = NULL, activation_hash = NULL, activation_until = NULL
 WHERE account_no = :account_no;

-- name: account_set_duress   params: account_no, duress   rows: 0
UPDATE account SET duress_hash = :duress WHERE account_no = :account_no;

-- name: account_activation   params: account_no   columns: hash, until   rows: 0..1
SELECT activation_hash AS hash, activation_until AS until
  FROM account WHERE account_no = :account_no AND activation_hash IS NOT NULL;

-- name: account_invite   params: account_no, state, hash, until   rows: 0
-- What the account had is gone: password, factor and the codes that stood for it.
UPDATE account SET state = :state, activation_hash = :hash, activation_until = :until, password_salt = NULL,
       password_passes = NULL, password_kib = NULL, password_hash = NULL, password_at = NULL, duress_hash = NULL, factor = NULL,
       factor_at = NULL, factor_new = NULL
 WHERE account_no = :account_no;

-- name: account_factor   params: account_no   columns: factor, step, factor_new   rows: 0..1
SELECT factor, factor_step AS step, factor_new FROM account WHERE account_no = :account_no;

-- name: account_factor_begin   params: account_no, factor_new   rows: 0
UPDATE account SET factor_new = :factor_new WHERE account_no = :account_no;

-- name: account_factor_confirm   params: account_no, step, at   rows: 0
UPDATE account SET factor = factor_new, factor_new = NULL, factor_step = :step, factor_at = :at
 WHERE account_no = :account_no AND factor_new IS NOT NULL;

-- name: account_factor_used   params: account_no, step   rows: 0
UPDATE account SET factor_step = :step WHERE account_no = :account_no AND factor_step < :step;

-- name: account_recovery_add   params: account_no, code_hash   rows: 0
INSERT INTO account_recovery (account_no, code_hash) VALUES (:account_no, :code_hash);

-- name: account_recovery_clear   params: account_no   rows: 0
DELETE FROM account_recovery WHERE account_no = :account_no;

-- name: account_recovery_find   params: account_no, code_hash   columns: good   rows: 0..1
SELECT 1 AS good FROM account_recovery
 WHERE account_no = :account_no AND code_hash = :code_hash AND used_at IS NULL;

-- name: account_recovery_use   params: account_no, code_hash, at   rows: 0
UPDATE account_recovery SET used_at = :at WHERE account_no = :account_no AND code_hash = :code_hash;

-- name: account_recovery_left   params: account_no   columns: n   rows: 1
SELECT count(*) AS n FROM account_recovery WHERE account_no = :account_no AND used_at IS NULL;

-- name: account_source_find   params: account_no, source_hash, since   columns: known   rows: 0..1
SELECT 1 AS known FROM account_source
 WHERE account_no = :account_no AND source_hash = :source_hash AND signed_in_at >= :since;

-- name: account_source_any   params: account_no, none   columns: n   rows: 1
-- Networks but the one that stands for none.
SELECT count(*) AS n FROM account_source WHERE account_no = :account_no AND source_hash != :none;

-- name: account_source_set   params: account_no, source_hash, at   rows: 0
INSERT INTO account_source (account_no, source_hash, signed_in_at) VALUES (:account_no, :source_hash, :at)
    ON CONFLICT (account_no, source_hash) DO UPDATE SET signed_in_at = excluded.signed_in_at;

-- name: account_source_clear   params: account_no   rows: 0
DELETE FROM account_source WHERE account_no = :account_no;

-- name: account_view_add   params: account_no, at   rows: 0
INSERT INTO account_view (account_no, at) VALUES (:account_no, :at);

-- name: account_view_count   params: account_no, since   columns: n   rows: 1
SELECT count(*) AS n FROM account_view WHERE account_no = :account_no AND at > :since;

-- name: account_view_old   params: account_no, before   rows: 0
DELETE FROM account_view WHERE account_no = :account_no AND at <= :before;

-- name: setup_set   params: code_hash, until   rows: 0
INSERT INTO setup (one, code_hash, until) VALUES (1, :code_hash, :until)
    ON CONFLICT (one) DO UPDATE SET code_hash = excluded.code_hash, until = excluded.until;

-- name: setup_get   columns: code_hash, until   rows: 0..1
SELECT code_hash, until FROM setup;

-- name: setup_clear   rows: 0
DELETE FROM setup;
