-- Storage quotas of organisations (store/quota.c; S74). A series keeps how many bytes of sealed bodies it has, as it
-- keeps its number of records; NULL is no quota.

ALTER TABLE organisation ADD COLUMN quota_records INTEGER;
ALTER TABLE organisation ADD COLUMN quota_bytes INTEGER;
ALTER TABLE series ADD COLUMN n_byte INTEGER NOT NULL DEFAULT 0;

UPDATE series SET n_byte =
    (SELECT coalesce(sum(length(v.body)), 0) FROM record r
       JOIN record_version v ON v.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535
      WHERE r.series_no = series.series_no) +
    (SELECT coalesce(sum(length(i.body)), 0) FROM record r
       JOIN identity_body i ON i.version_id BETWEEN r.record_no * 65536 AND r.record_no * 65536 + 65535
      WHERE r.series_no = series.series_no);

PRAGMA user_version = 4;
