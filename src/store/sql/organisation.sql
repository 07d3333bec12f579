-- name: organisation_add   params: code, type, name, added_at   rows: 0
INSERT INTO organisation (code, type, name, added_at) VALUES (:code, :type, :name, :added_at);

-- name: organisation_find   params: code   columns: organisation_no, code, type, name, added_at   rows: 0..1
SELECT organisation_no, code, type, name, added_at FROM organisation WHERE code = :code;

-- name: organisation_get   params: organisation_no   columns: code   rows: 0..1
SELECT code FROM organisation WHERE organisation_no = :organisation_no;

-- name: organisation_list   columns: organisation_no, code, type, name, added_at   rows: 0..*
SELECT organisation_no, code, type, name, added_at FROM organisation ORDER BY code;
