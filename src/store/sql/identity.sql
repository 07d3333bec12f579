-- For identity.c alone.

-- name: identity_get   params: record_no, version_no   columns: wrapped_key, body   rows: 0..1
SELECT wrapped_key, body FROM identity_body WHERE version_id = :record_no * 65536 + :version_no;
