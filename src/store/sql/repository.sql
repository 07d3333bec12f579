-- name: repository_add   params: repository_id, created_at, pack, dictionary_hash   rows: 0
INSERT INTO repository (one, repository_id, created_at, pack, dictionary_hash)
VALUES (1, :repository_id, :created_at, :pack, :dictionary_hash);

-- name: repository_info   columns: repository_id, created_at, pack, dictionary_hash, n_organisation   rows: 1
SELECT repository_id, created_at, pack, dictionary_hash, (SELECT count(*) FROM organisation) AS n_organisation
  FROM repository;

-- name: repository_set_dictionary   params: pack, dictionary_hash   rows: 0
UPDATE repository SET pack = :pack, dictionary_hash = :dictionary_hash;

-- name: form_list   columns: form_no, name   rows: 0..*
SELECT form_no, name FROM form ORDER BY form_no;

-- name: form_add   params: form_no, name   rows: 0
INSERT INTO form (form_no, name) VALUES (:form_no, :name);

-- name: numbering_list   columns: form_no, kind, name, number   rows: 0..*
SELECT form_no, kind, name, number FROM numbering ORDER BY form_no, kind, number;

-- name: numbering_add   params: form_no, kind, name, number   rows: 0
INSERT INTO numbering (form_no, kind, name, number) VALUES (:form_no, :kind, :name, :number);
