-- name: saved_mapping_set   params: organisation_no, form, name, columns, saved_at, saved_by   rows: 0
INSERT INTO saved_mapping (organisation_no, form, name, columns, saved_at, saved_by)
VALUES (:organisation_no, :form, :name, :columns, :saved_at, :saved_by)
    ON CONFLICT (organisation_no, form, name) DO UPDATE
   SET columns = excluded.columns, saved_at = excluded.saved_at, saved_by = excluded.saved_by;

-- name: saved_mapping_count   params: organisation_no, form   columns: n   rows: 1
SELECT count(*) AS n FROM saved_mapping WHERE organisation_no = :organisation_no AND form = :form;

-- name: saved_mapping_list   params: organisation_no, form   columns: name, columns, saved_at, saved_by   rows: 0..*
SELECT name, columns, saved_at, saved_by FROM saved_mapping
 WHERE organisation_no = :organisation_no AND form = :form ORDER BY name;

-- name: saved_mapping_remove   params: organisation_no, form, name   rows: 0
DELETE FROM saved_mapping WHERE organisation_no = :organisation_no AND form = :form AND name = :name;
