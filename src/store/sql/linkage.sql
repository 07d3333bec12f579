-- For link_run.c and link_pair.c.

-- name: linkage_run_next   columns: run_no   rows: 1
SELECT coalesce(max(run_no), 0) + 1 AS run_no FROM linkage_run;

-- name: linkage_run_add   params: run_no, form_no, started_at, actor, model, lower, upper, last_record, n_record, n_candidate   rows: 0
INSERT INTO linkage_run (run_no, form_no, state, started_at, actor, model, lower, upper, last_record, n_record, n_candidate)
VALUES (:run_no, :form_no, 'open', :started_at, :actor, :model, :lower, :upper, :last_record, :n_record, :n_candidate);

-- name: linkage_run_state   params: run_no   columns: state, form_no, decides   rows: 0..1
SELECT state, form_no, decides FROM linkage_run WHERE run_no = :run_no;

-- name: linkage_run_finish   params: run_no, at   rows: 0
UPDATE linkage_run SET state = 'finished', finished_at = :at WHERE run_no = :run_no;

-- name: linkage_run_pairs   params: run_no, form_no   rows: 0
UPDATE linkage_run SET n_pair = (SELECT count(*) FROM linkage_pair WHERE form_no = :form_no) WHERE run_no = :run_no;

-- name: linkage_run_grow   params: run_no, n   rows: 0
UPDATE linkage_run SET n_pair = n_pair + :n WHERE run_no = :run_no;

-- name: linkage_run_get   params: run_no   columns: run_no, form, state, started_at, finished_at, actor, lower, upper, last_record, n_record, n_candidate, n_pair, n_automatic, n_in_force, undone_at, undone_by, undo_reason, model   rows: 0..1
SELECT r.run_no, f.name AS form, r.state, r.started_at, r.finished_at, r.actor, r.lower, r.upper, r.last_record,
       r.n_record, r.n_candidate, r.n_pair, r.n_automatic,
       (SELECT count(*) FROM linkage_decision d INDEXED BY linkage_decision_stands
         WHERE d.run_no = r.run_no AND d.automatic = 1 AND d.in_force = 1) AS n_in_force,
       coalesce(r.undone_at, 0) AS undone_at, r.undone_by, r.undo_reason, r.model
  FROM linkage_run r JOIN form f ON f.form_no = r.form_no
 WHERE r.run_no = :run_no;

-- name: linkage_run_stands   params: run_no   columns: n   rows: 1
SELECT count(*) AS n FROM linkage_decision INDEXED BY linkage_decision_stands
 WHERE run_no = :run_no AND automatic = 1 AND in_force = 1;

-- name: linkage_run_newest   params: form   columns: run_no, form, state, started_at, finished_at, actor, lower, upper, last_record, n_record, n_candidate, n_pair, n_automatic, n_in_force, undone_at, undone_by, undo_reason, model   rows: 0..1
-- Nothing is counted: decisions of a run are as many as its pairs.
SELECT r.run_no, f.name AS form, r.state, r.started_at, r.finished_at, r.actor, r.lower, r.upper, r.last_record,
       r.n_record, r.n_candidate, r.n_pair, r.n_automatic, 0 AS n_in_force,
       coalesce(r.undone_at, 0) AS undone_at, r.undone_by, r.undo_reason, r.model
  FROM linkage_run r JOIN form f ON f.form_no = r.form_no
 WHERE f.name = :form AND r.state = 'finished' ORDER BY r.run_no DESC LIMIT 1;

-- name: linkage_run_list   params: form, max   columns: run_no, form, state, started_at, finished_at, actor, lower, upper, last_record, n_record, n_candidate, n_pair, n_automatic, n_in_force, undone_at, undone_by, undo_reason   rows: 0..*
SELECT r.run_no, f.name AS form, r.state, r.started_at, r.finished_at, r.actor, r.lower, r.upper, r.last_record,
       r.n_record, r.n_candidate, r.n_pair, r.n_automatic, 0 AS n_in_force,
       coalesce(r.undone_at, 0) AS undone_at, r.undone_by, r.undo_reason
  FROM linkage_run r JOIN form f ON f.form_no = r.form_no
 WHERE :form = '' OR f.name = :form
 ORDER BY r.run_no DESC LIMIT :max;

-- name: linkage_seen   params: form   columns: record_no   rows: 1
-- The newest record of a form that a run has seen.
SELECT coalesce(max(r.last_record), 0) AS record_no FROM linkage_run r JOIN form f ON f.form_no = r.form_no
 WHERE f.name = :form AND r.state = 'finished';

-- name: linkage_pairs_clear   params: form_no   rows: 0
DELETE FROM linkage_pair WHERE form_no = :form_no;

-- name: linkage_pairs_load   params: form_no, run_no   rows: 0
-- In ascending order: a record_a, b record_b, c weight, d evidence.
INSERT INTO linkage_pair (record_a, record_b, form_no, run_no, weight, standing, evidence)
SELECT n.a, n.b, :form_no, :run_no, n.c,
       coalesce((SELECT CASE WHEN d.waits = 1 THEN 2 WHEN d.verdict = 3 THEN 1 ELSE d.verdict + 2 END
                   FROM linkage_decision d
                  WHERE d.record_a = n.a AND d.record_b = n.b AND (d.in_force = 1 OR d.waits = 1)
                  ORDER BY d.waits DESC LIMIT 1), 0),
       n.d
  FROM feed n WHERE 1
    ON CONFLICT (record_a, record_b) DO UPDATE SET run_no = excluded.run_no, weight = excluded.weight,
                                                   evidence = excluded.evidence;

-- name: linkage_pair_there   params: record_a, record_b   columns: weight   rows: 0..1
SELECT weight FROM linkage_pair WHERE record_a = :record_a AND record_b = :record_b;

-- name: linkage_record   params: record_no   columns: record_no, form_no, form, state, code, organisation_no, organisation   rows: 0..1
SELECT r.record_no, s.form_no, f.name AS form, r.state, r.code, s.organisation_no, o.code AS organisation
  FROM record r
  JOIN series s ON s.series_no = r.series_no
  JOIN form f ON f.form_no = s.form_no
  JOIN organisation o ON o.organisation_no = s.organisation_no
 WHERE r.record_no = :record_no;

-- name: linkage_record_fits   params: record_no, form_no   columns: n   rows: 1
SELECT EXISTS (SELECT 1 FROM record r JOIN series s ON s.series_no = r.series_no
                WHERE r.record_no = :record_no AND r.state = 1 AND s.form_no = :form_no) AS n;

-- name: linkage_pairs_down   params: form_no, standing, lower, upper, run_no, organisation_no, both, across, apart, weight, record_a, record_b, max   columns: record_a, record_b, run_no, weight, standing, code_a, code_b, state_a, state_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, same_person, evidence   rows: 0..*
-- Walks the index of the queue downwards, from behind a place.
SELECT p.record_a, p.record_b, p.run_no, p.weight, p.standing, ra.code AS code_a, rb.code AS code_b, ra.state AS state_a,
       rb.state AS state_b, p.organisation_a, p.organisation_b, oa.code AS organisation_code_a,
       ob.code AS organisation_code_b,
       EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                WHERE x.record_no = p.record_a AND y.record_no = p.record_b) AS same_person,
       x'' AS evidence
  FROM linkage_queue p
 CROSS JOIN record ra ON ra.record_no = p.record_a
 CROSS JOIN record rb ON rb.record_no = p.record_b
 CROSS JOIN organisation oa ON oa.organisation_no = p.organisation_a
 CROSS JOIN organisation ob ON ob.organisation_no = p.organisation_b
 WHERE p.form_no = :form_no AND p.standing = :standing AND p.weight >= :lower AND p.weight < :upper
   AND (p.weight, p.record_a, p.record_b) < (:weight, :record_a, :record_b)
   AND (:run_no = 0 OR p.run_no = :run_no)
   AND (:organisation_no = 0 OR (p.organisation_a = :organisation_no) + (p.organisation_b = :organisation_no) > :both)
   AND (:across = 0 OR p.organisation_a <> p.organisation_b)
   AND (:apart = 0 OR
        NOT EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                     WHERE x.record_no = p.record_a AND y.record_no = p.record_b))
 ORDER BY p.weight DESC, p.record_a DESC, p.record_b DESC LIMIT :max;

-- name: linkage_pairs_up   params: form_no, standing, lower, upper, run_no, organisation_no, both, across, apart, weight, record_a, record_b, max   columns: record_a, record_b, run_no, weight, standing, code_a, code_b, state_a, state_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, same_person, evidence   rows: 0..*
SELECT p.record_a, p.record_b, p.run_no, p.weight, p.standing, ra.code AS code_a, rb.code AS code_b, ra.state AS state_a,
       rb.state AS state_b, p.organisation_a, p.organisation_b, oa.code AS organisation_code_a,
       ob.code AS organisation_code_b,
       EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                WHERE x.record_no = p.record_a AND y.record_no = p.record_b) AS same_person,
       x'' AS evidence
  FROM linkage_queue p
 CROSS JOIN record ra ON ra.record_no = p.record_a
 CROSS JOIN record rb ON rb.record_no = p.record_b
 CROSS JOIN organisation oa ON oa.organisation_no = p.organisation_a
 CROSS JOIN organisation ob ON ob.organisation_no = p.organisation_b
 WHERE p.form_no = :form_no AND p.standing = :standing AND p.weight >= :lower AND p.weight < :upper
   AND (p.weight, p.record_a, p.record_b) > (:weight, :record_a, :record_b)
   AND (:run_no = 0 OR p.run_no = :run_no)
   AND (:organisation_no = 0 OR (p.organisation_a = :organisation_no) + (p.organisation_b = :organisation_no) > :both)
   AND (:across = 0 OR p.organisation_a <> p.organisation_b)
   AND (:apart = 0 OR
        NOT EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                     WHERE x.record_no = p.record_a AND y.record_no = p.record_b))
 ORDER BY p.weight, p.record_a, p.record_b LIMIT :max;

-- name: linkage_pairs_count   params: form_no, standing, lower, upper, run_no, organisation_no, both, across, apart   columns: n   rows: 1
SELECT count(*) AS n
  FROM linkage_queue p
 WHERE p.form_no = :form_no AND p.standing = :standing AND p.weight >= :lower AND p.weight < :upper
   AND (:run_no = 0 OR p.run_no = :run_no)
   AND (:organisation_no = 0 OR (p.organisation_a = :organisation_no) + (p.organisation_b = :organisation_no) > :both)
   AND (:across = 0 OR p.organisation_a <> p.organisation_b)
   AND (:apart = 0 OR
        NOT EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                     WHERE x.record_no = p.record_a AND y.record_no = p.record_b));

-- name: linkage_pairs_tally   params: form_no, lower, upper, most   columns: standing, n, n_band, n_above   rows: 0..*
-- All of a form, by how they stand: how many there are, in the band and above it.
SELECT standing, count(*) AS n, coalesce(sum(weight >= :lower AND weight < :upper), 0) AS n_band,
       coalesce(sum(weight >= :upper AND weight < :most), 0) AS n_above
  FROM linkage_queue WHERE form_no = :form_no GROUP BY standing;

-- name: linkage_pairs_keys   params: form_no, standing, lower, upper, run_no, organisation_no, both, across, apart   columns: record_a, record_b, run_no   rows: 0..*
-- All of them, for a sample.
SELECT p.record_a, p.record_b, p.run_no
  FROM linkage_queue p
 WHERE p.form_no = :form_no AND p.standing = :standing AND p.weight >= :lower AND p.weight < :upper
   AND (:run_no = 0 OR p.run_no = :run_no)
   AND (:organisation_no = 0 OR (p.organisation_a = :organisation_no) + (p.organisation_b = :organisation_no) > :both)
   AND (:across = 0 OR p.organisation_a <> p.organisation_b)
   AND (:apart = 0 OR
        NOT EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                     WHERE x.record_no = p.record_a AND y.record_no = p.record_b));

-- name: linkage_pair_get   params: record_a, record_b   columns: record_a, record_b, run_no, weight, standing, code_a, code_b, state_a, state_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, same_person, evidence   rows: 0..1
SELECT p.record_a, p.record_b, p.run_no, p.weight, p.standing, p.code_a, p.code_b, p.state_a, p.state_b,
       p.organisation_a, p.organisation_b, p.organisation_code_a, p.organisation_code_b,
       EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                WHERE x.record_no = p.record_a AND y.record_no = p.record_b) AS same_person,
       p.evidence AS evidence
  FROM linkage_pair_row p
 WHERE p.record_a = :record_a AND p.record_b = :record_b;

-- name: linkage_pairs_of_record   params: form_no, record_no, max   columns: record_a, record_b, run_no, weight, standing, code_a, code_b, state_a, state_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, same_person, evidence   rows: 0..*
SELECT p.record_a, p.record_b, p.run_no, p.weight, p.standing, p.code_a, p.code_b, p.state_a, p.state_b,
       p.organisation_a, p.organisation_b, p.organisation_code_a, p.organisation_code_b,
       EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                WHERE x.record_no = p.record_a AND y.record_no = p.record_b) AS same_person,
       x'' AS evidence
  FROM linkage_pair_row p
 WHERE p.record_a = :record_no
    OR (p.record_a, p.record_b) IN (SELECT o.record_a, o.record_b FROM linkage_pair_other o
                                     WHERE o.form_no = :form_no AND o.record_b = :record_no)
 ORDER BY p.weight DESC, p.record_a, p.record_b LIMIT :max;

-- name: linkage_pairs_all   params: form_no   columns: record_a, record_b, weight, standing, run_no   rows: 0..*
SELECT record_a, record_b, weight, standing, run_no FROM linkage_pair WHERE form_no = :form_no;

-- name: linkage_members   params: form_no   columns: record_no, organisation_no   rows: 0..*
-- Active records, in the order they lie in.
SELECT r.record_no, s.organisation_no FROM record r CROSS JOIN series s ON s.series_no = r.series_no
 WHERE r.state = 1 AND s.form_no = :form_no ORDER BY r.record_no;

-- name: linkage_queue_clear   params: form_no   rows: 0
DELETE FROM linkage_queue WHERE form_no = :form_no;

-- name: linkage_queue_load   params: form_no   rows: 0
-- In ascending order: a standing, b weight, c record_a, d record_b, e organisation_a, f organisation_b, g run_no.
INSERT OR FAIL INTO linkage_queue (form_no, standing, weight, record_a, record_b, organisation_a, organisation_b, run_no)
SELECT :form_no, n.a, n.b, n.c, n.d, n.e, n.f, n.g FROM feed n;

-- name: linkage_queue_list   params: form_no   columns: standing, weight, record_a, record_b, organisation_a, organisation_b, run_no   rows: 0..*
SELECT standing, weight, record_a, record_b, organisation_a, organisation_b, run_no FROM linkage_queue
 WHERE form_no = :form_no ORDER BY standing, weight, record_a, record_b;

-- name: linkage_queue_out   params: record_a, record_b   rows: 0
-- Before anything of the pair changes; linkage_queue_in after it.
DELETE FROM linkage_queue
 WHERE (form_no, standing, weight, record_a, record_b) IN
       (SELECT p.form_no, p.standing, p.weight, p.record_a, p.record_b FROM linkage_pair p
         WHERE p.record_a = :record_a AND p.record_b = :record_b);

-- name: linkage_queue_in   params: record_a, record_b   rows: 0
INSERT INTO linkage_queue (form_no, standing, weight, record_a, record_b, organisation_a, organisation_b, run_no)
SELECT p.form_no, p.standing, p.weight, p.record_a, p.record_b, p.organisation_a, p.organisation_b, p.run_no
  FROM linkage_pair_row p
 WHERE p.record_a = :record_a AND p.record_b = :record_b AND p.state_a = 1 AND p.state_b = 1;

-- name: linkage_other_clear   params: form_no   rows: 0
DELETE FROM linkage_pair_other WHERE form_no = :form_no;

-- name: linkage_other_load   params: form_no   rows: 0
-- In ascending order: a record_b, b record_a.
INSERT OR IGNORE INTO linkage_pair_other (form_no, record_b, record_a) SELECT :form_no, n.a, n.b FROM feed n;

-- name: linkage_neighbours   params: form_no, record_no   columns: record_a, record_b   rows: 0..*
-- The pairs of a record.
SELECT p.record_a, p.record_b FROM linkage_pair p WHERE p.record_a = :record_no
 UNION ALL
SELECT o.record_a, o.record_b FROM linkage_pair_other o WHERE o.form_no = :form_no AND o.record_b = :record_no;

-- For link_draw.c.

-- name: linkage_draw_known   params: form_no   columns: n   rows: 1
SELECT EXISTS (SELECT 1 FROM linkage_draw WHERE form_no = :form_no) AS n;

-- name: linkage_draw_first   params: form_no, lower, upper, max   columns: draw, record_a, record_b, weight   rows: 0..*
SELECT draw, record_a, record_b, weight FROM linkage_draw
 WHERE form_no = :form_no AND weight >= :lower AND weight < :upper
 ORDER BY draw, record_a, record_b LIMIT :max;

-- name: linkage_draw_list   params: form_no   columns: draw, record_a, record_b, weight   rows: 0..*
SELECT draw, record_a, record_b, weight FROM linkage_draw WHERE form_no = :form_no ORDER BY draw, record_a, record_b;

-- name: linkage_draw_clear   params: form_no   rows: 0
DELETE FROM linkage_draw WHERE form_no = :form_no;

-- name: linkage_draw_load   params: form_no   rows: 0
-- In ascending order: a draw, b record_a, c record_b, d weight.
INSERT OR FAIL INTO linkage_draw (form_no, draw, record_a, record_b, weight) SELECT :form_no, n.a, n.b, n.c, n.d FROM feed n;

-- name: linkage_draw_of_pair   params: record_a, record_b   columns: form_no, run_no, weight, active, known   rows: 0..1
SELECT p.form_no, p.run_no, p.weight, p.state_a = 1 AND p.state_b = 1 AS active,
       EXISTS (SELECT 1 FROM linkage_draw d WHERE d.form_no = p.form_no) AS known
  FROM linkage_pair_row p
 WHERE p.record_a = :record_a AND p.record_b = :record_b;

-- name: linkage_draw_out   params: form_no, draw, record_a, record_b   rows: 0
DELETE FROM linkage_draw
 WHERE form_no = :form_no AND draw = :draw AND record_a = :record_a AND record_b = :record_b;

-- name: linkage_draw_in   params: form_no, draw, record_a, record_b, weight   rows: 0
INSERT INTO linkage_draw (form_no, draw, record_a, record_b, weight) VALUES (:form_no, :draw, :record_a, :record_b, :weight);

-- name: linkage_pair_remove   params: record_a, record_b   rows: 0
DELETE FROM linkage_pair WHERE record_a = :record_a AND record_b = :record_b;

-- name: linkage_other_remove   params: form_no, record_a, record_b   rows: 0
DELETE FROM linkage_pair_other
 WHERE form_no = :form_no AND record_b = :record_b AND record_a = :record_a;

-- For link_decision.c and link_decision_list.c.

-- name: linkage_decision_next   columns: decision_no   rows: 1
SELECT coalesce(max(decision_no), 0) + 1 AS decision_no FROM linkage_decision;

-- name: linkage_decision_add   params: decision_no, form_no, record_a, record_b, verdict, actor, at, reason, waits   rows: 0
-- With what proposes the pair, if anything does.
INSERT INTO linkage_decision (decision_no, form_no, record_a, record_b, verdict, automatic, run_no, weight, evidence, actor,
                              made_at, reason, waits, in_force)
SELECT :decision_no, :form_no, a.record_no, b.record_no, :verdict, 0, p.run_no, p.weight, p.evidence, :actor, :at, :reason,
       :waits, 0
  FROM record a JOIN record b ON b.record_no = :record_b
  LEFT JOIN linkage_pair p ON p.record_a = a.record_no AND p.record_b = b.record_no
 WHERE a.record_no = :record_a;

-- name: linkage_decisions_of_pair   params: record_a, record_b   columns: decision_no, verdict, automatic, waits, in_force, run_no   rows: 0..*
-- Those that are not undone, the newest first.
SELECT decision_no, verdict, automatic, waits, in_force, coalesce(run_no, 0) AS run_no FROM linkage_decision
 WHERE record_a = :record_a AND record_b = :record_b AND undone_at IS NULL ORDER BY decision_no DESC;

-- name: linkage_run_deciding   params: form_no   columns: run_no   rows: 1
-- The run whose automatic decisions count.
SELECT coalesce(max(run_no), 0) AS run_no FROM linkage_run
 WHERE form_no = :form_no AND decides = 1 AND state <> 'undone';

-- name: linkage_decision_force   params: decision_no, in_force   rows: 0
UPDATE linkage_decision SET in_force = :in_force, held = 0, against = NULL WHERE decision_no = :decision_no;

-- name: linkage_decision_held   params: decision_no, held, against   rows: 0
UPDATE linkage_decision SET held = :held, against = :against WHERE decision_no = :decision_no;

-- name: linkage_decision_undo   params: decision_no, at, actor, reason   rows: 0
UPDATE linkage_decision SET undone_at = :at, undone_by = :actor, undo_reason = :reason, waits = 0, in_force = 0, held = 0,
                            against = NULL
 WHERE decision_no = :decision_no;

-- name: linkage_decision_confirm   params: decision_no, at, actor   rows: 0
UPDATE linkage_decision SET confirmed_at = :at, confirmed_by = :actor, waits = 0 WHERE decision_no = :decision_no;

-- name: linkage_pair_standing   params: record_a, record_b, standing   rows: 0
UPDATE linkage_pair SET standing = :standing
 WHERE record_a = :record_a AND record_b = :record_b AND standing <> :standing;

-- name: linkage_automatic_pairs_open   params: form_no   rows: 0
-- Before their automatic decisions leave force.
UPDATE linkage_pair SET standing = 0
 WHERE form_no = :form_no AND standing IN (3, 4)
   AND EXISTS (SELECT 1 FROM linkage_decision d
                WHERE d.record_a = linkage_pair.record_a AND d.record_b = linkage_pair.record_b AND d.in_force = 1
                  AND d.automatic = 1);

-- name: linkage_automatic_leave   params: form_no   rows: 0
UPDATE linkage_decision SET in_force = 0, held = 0, against = NULL
 WHERE form_no = :form_no AND in_force = 1 AND automatic = 1;

-- name: linkage_automatic_return   params: run_no   rows: 0
-- Those of a run whose pairs nobody has decided.
UPDATE linkage_decision SET in_force = 1
 WHERE run_no = :run_no AND automatic = 1 AND undone_at IS NULL AND in_force = 0
   AND NOT EXISTS (SELECT 1 FROM linkage_decision x
                    WHERE x.record_a = linkage_decision.record_a AND x.record_b = linkage_decision.record_b
                      AND x.in_force = 1);

-- name: linkage_automatic_stand   params: run_no   rows: 0
UPDATE linkage_pair SET standing = d.verdict + 2
  FROM linkage_decision d
 WHERE d.run_no = :run_no AND d.automatic = 1 AND d.in_force = 1
   AND linkage_pair.record_a = d.record_a AND linkage_pair.record_b = d.record_b AND linkage_pair.standing = 0;

-- name: linkage_automatic_undo   params: run_no, at, actor   rows: 0
UPDATE linkage_decision SET undone_at = :at, undone_by = :actor, in_force = 0, held = 0, against = NULL
 WHERE run_no = :run_no AND automatic = 1 AND undone_at IS NULL;

-- name: linkage_automatic_count   params: run_no   columns: n   rows: 1
SELECT count(*) AS n FROM linkage_decision WHERE run_no = :run_no AND automatic = 1 AND undone_at IS NULL;

-- name: linkage_run_undo   params: run_no, at, actor, reason   rows: 0
UPDATE linkage_run SET state = 'undone', undone_at = :at, undone_by = :actor, undo_reason = :reason WHERE run_no = :run_no;

-- name: linkage_run_decides   params: run_no, n   rows: 0
UPDATE linkage_run SET decides = 1, n_automatic = n_automatic + :n WHERE run_no = :run_no;

-- name: linkage_decisions_load   params: form_no, run_no, actor, at   rows: 0
-- a decision_no, b record_a, c record_b, d verdict, e weight.
INSERT INTO linkage_decision (decision_no, form_no, record_a, record_b, verdict, automatic, run_no, weight, evidence, actor,
                              made_at, waits, in_force)
SELECT n.a, :form_no, n.b, n.c, n.d, 1, :run_no, n.e, p.evidence, :actor, :at, 0,
       NOT EXISTS (SELECT 1 FROM linkage_decision x WHERE x.record_a = n.b AND x.record_b = n.c AND x.in_force = 1)
  FROM feed n LEFT JOIN linkage_pair p ON p.record_a = n.b AND p.record_b = n.c
 WHERE NOT EXISTS (SELECT 1 FROM linkage_decision y
                    WHERE y.record_a = n.b AND y.record_b = n.c AND +y.run_no = :run_no AND y.automatic = 1
                      AND y.undone_at IS NULL);

-- name: linkage_decisions_since   params: first   columns: n, n_in_force, n_held   rows: 1
SELECT count(*) AS n, coalesce(sum(in_force), 0) AS n_in_force, coalesce(sum(held), 0) AS n_held FROM linkage_decision
 WHERE decision_no >= :first;

-- name: linkage_decision_list   params: before, form_no, run_no, actor, people, force, organisation_no, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no < :before AND (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
 ORDER BY d.decision_no DESC LIMIT :max;

-- name: linkage_decision_of_record   params: before, form_no, run_no, actor, people, force, organisation_no, record_no, other, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no < :before AND (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
   AND d.decision_no IN (SELECT x.decision_no FROM linkage_decision x WHERE x.record_a = :record_no
                         UNION ALL
                         SELECT y.decision_no FROM linkage_decision y WHERE y.record_b = :record_no)
   AND (:other = 0 OR d.record_a = :other OR d.record_b = :other)
 ORDER BY d.decision_no DESC LIMIT :max;

-- name: linkage_decision_of_person   params: before, form_no, run_no, actor, people, force, organisation_no, person_no, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no < :before AND (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
   AND d.decision_no IN (SELECT x.decision_no FROM record_person m JOIN linkage_decision x ON x.record_a = m.record_no
                          WHERE m.person_no = :person_no
                         UNION ALL
                         SELECT y.decision_no FROM record_person m JOIN linkage_decision y ON y.record_b = m.record_no
                          WHERE m.person_no = :person_no)
 ORDER BY d.decision_no DESC LIMIT :max;

-- name: linkage_decision_waiting   params: before, form_no, run_no, actor, people, force, organisation_no, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no < :before AND (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
   AND d.decision_no IN (SELECT x.decision_no FROM linkage_decision x WHERE x.waits = 1)
 ORDER BY d.decision_no DESC LIMIT :max;

-- name: linkage_decision_by_people   params: before, form_no, run_no, actor, people, force, organisation_no, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
-- Walks the index of what people decided, downwards.
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM (SELECT x.decision_no AS place FROM linkage_decision x INDEXED BY linkage_decision_people
         WHERE x.automatic = 0 AND x.decision_no < :before) k
 CROSS JOIN linkage_decision_row d ON d.decision_no = k.place
 WHERE (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
 ORDER BY k.place DESC LIMIT :max;

-- name: linkage_decision_taken_back   params: before, form_no, run_no, actor, people, force, organisation_no, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM (SELECT x.decision_no AS place FROM linkage_decision x INDEXED BY linkage_decision_undone
         WHERE x.undone_at IS NOT NULL AND x.decision_no < :before) k
 CROSS JOIN linkage_decision_row d ON d.decision_no = k.place
 WHERE (:form_no = 0 OR d.form_no = :form_no)
   AND (:run_no = 0 OR d.run_no = :run_no) AND (:actor = '' OR d.actor = :actor)
   AND (:people = 0 OR d.automatic = 0)
   AND CASE :force WHEN 1 THEN d.in_force = 1 WHEN 2 THEN d.waits = 1 WHEN 3 THEN d.undone_at IS NOT NULL ELSE 1 END
   AND (:organisation_no = 0 OR d.organisation_a = :organisation_no OR d.organisation_b = :organisation_no)
 ORDER BY k.place DESC LIMIT :max;

-- name: linkage_decision_get   params: decision_no   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..1
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no = :decision_no;

-- name: linkage_decision_kept   params: decision_no   columns: form_no, record_a, record_b, automatic, waits, in_force, held, against, undone, confirmed, actor   rows: 0..1
SELECT form_no, record_a, record_b, automatic, waits, in_force, held, coalesce(against, 0) AS against,
       undone_at IS NOT NULL AS undone, confirmed_at IS NOT NULL AS confirmed, actor
  FROM linkage_decision WHERE decision_no = :decision_no;

-- name: linkage_conflict_list   params: form_no, automatic, before, max   columns: decision_no, form, record_a, record_b, code_a, code_b, organisation_a, organisation_b, organisation_code_a, organisation_code_b, verdict, automatic, run_no, weight, actor, made_at, waits, confirmed_at, confirmed_by, in_force, held, against, undone_at, undone_by, reason, undo_reason, evidence   rows: 0..*
SELECT d.decision_no, d.form, d.record_a, d.record_b, d.code_a, d.code_b, d.organisation_a, d.organisation_b,
       d.organisation_code_a, d.organisation_code_b, d.verdict, d.automatic, coalesce(d.run_no, 0) AS run_no, d.weight,
       d.actor, d.made_at, d.waits, coalesce(d.confirmed_at, 0) AS confirmed_at, d.confirmed_by, d.in_force, d.held,
       coalesce(d.against, 0) AS against, coalesce(d.undone_at, 0) AS undone_at, d.undone_by, d.reason, d.undo_reason,
       d.evidence
  FROM linkage_decision_row d
 WHERE d.decision_no IN (SELECT h.decision_no FROM linkage_decision h WHERE h.held = 1) AND (:form_no = 0 OR d.form_no = :form_no) AND d.decision_no < :before
   AND (:automatic = 1 OR d.automatic = 0) AND d.state_a = 1 AND d.state_b = 1
 ORDER BY d.decision_no DESC LIMIT :max;

-- name: linkage_conflict_count   params: form_no, automatic   columns: n   rows: 1
SELECT count(*) AS n FROM linkage_decision_row d
 WHERE d.held = 1 AND (:form_no = 0 OR d.form_no = :form_no) AND (:automatic = 1 OR d.automatic = 0)
   AND d.state_a = 1 AND d.state_b = 1;

-- For person.c.

-- name: linkage_edges   params: form_no   columns: decision_no, record_a, record_b, verdict, automatic, weight, held, against   rows: 0..*
-- What decides about the persons of a form.
SELECT decision_no, record_a, record_b, verdict, automatic, weight, held, coalesce(against, 0) AS against
  FROM linkage_decision INDEXED BY linkage_decision_edge
 WHERE form_no = :form_no AND in_force = 1 AND verdict <> 3;

-- name: linkage_edges_from   params: record_no   columns: decision_no, record_b, verdict, automatic, weight, held, against, active_b   rows: 0..*
-- The same of one record: with younger ones, and with older ones.
SELECT d.decision_no, d.record_b, d.verdict, d.automatic, d.weight, d.held, coalesce(d.against, 0) AS against,
       b.state = 1 AS active_b
  FROM linkage_decision d CROSS JOIN record b ON b.record_no = d.record_b
 WHERE d.record_a = :record_no AND d.in_force = 1 AND d.verdict <> 3;

-- name: linkage_edges_to   params: record_no   columns: decision_no, record_a, verdict, automatic, weight, held, against, active_a   rows: 0..*
SELECT d.decision_no, d.record_a, d.verdict, d.automatic, d.weight, d.held, coalesce(d.against, 0) AS against,
       a.state = 1 AS active_a
  FROM linkage_decision d CROSS JOIN record a ON a.record_no = d.record_a
 WHERE d.record_b = :record_no AND d.in_force = 1 AND d.verdict <> 3;

-- name: linkage_forms   columns: form_no   rows: 0..*
SELECT form_no FROM form ORDER BY form_no;

-- name: person_clear   params: form_no   rows: 0
DELETE FROM record_person WHERE form_no = :form_no;

-- name: person_load   params: form_no   rows: 0
-- In ascending order: a record_no, b person_no.
INSERT OR FAIL INTO record_person (record_no, form_no, person_no) SELECT n.a, :form_no, n.b FROM feed n;

-- name: person_set   params: record_no, form_no, person_no   rows: 0
INSERT INTO record_person (record_no, form_no, person_no) VALUES (:record_no, :form_no, :person_no)
    ON CONFLICT (record_no) DO UPDATE SET person_no = excluded.person_no WHERE person_no <> excluded.person_no;

-- name: person_unset   params: record_no   rows: 0
DELETE FROM record_person WHERE record_no = :record_no;

-- name: person_get   params: record_no   columns: person_no   rows: 0..1
SELECT person_no FROM record_person WHERE record_no = :record_no;

-- name: person_list   params: form_no   columns: record_no, person_no   rows: 0..*
SELECT record_no, person_no FROM record_person WHERE form_no = :form_no ORDER BY record_no;

-- name: person_members   params: person_no   columns: record_no, code, form, organisation_no, organisation, created_at   rows: 0..*
-- A record about which nothing is decided is a person of its own.
SELECT r.record_no, r.code, f.name AS form, s.organisation_no, o.code AS organisation,
       coalesce(v.created_at, b.created_at) AS created_at
  FROM (SELECT x.record_no FROM record_person x WHERE x.person_no = :person_no
        UNION ALL
        SELECT :person_no WHERE NOT EXISTS (SELECT 1 FROM record_person y WHERE y.record_no = :person_no)) m
 CROSS JOIN record r ON r.record_no = m.record_no AND r.state = 1
 CROSS JOIN series s ON s.series_no = r.series_no
 CROSS JOIN form f ON f.form_no = s.form_no
 CROSS JOIN organisation o ON o.organisation_no = s.organisation_no
 CROSS JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
  LEFT JOIN batch b ON b.batch_no = v.batch_no
 ORDER BY r.record_no;

-- name: person_counts   params: form, seen   columns: n_record, n_person, n_several, n_across, n_linked   rows: 1
-- As row_source.c tells persons apart; k NULL: each a person of its own.
SELECT coalesce(sum(n), 0) AS n_record, coalesce(sum(CASE WHEN k IS NULL THEN n ELSE 1 END), 0) AS n_person,
       coalesce(sum(k IS NOT NULL AND n > 1), 0) AS n_several,
       coalesce(sum(k IS NOT NULL AND first <> last), 0) AS n_across,
       coalesce(sum(CASE WHEN k IS NOT NULL AND n > 1 THEN n END), 0) AS n_linked
  FROM (SELECT k, count(*) AS n, min(organisation_no) AS first, max(organisation_no) AS last
          FROM (SELECT s.organisation_no,
                       CASE WHEN x.person_no IS NOT NULL THEN x.person_no
                            WHEN r.record_no > :seen THEN v.person_key END AS k
                  FROM record r
                  JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
                  JOIN series s ON s.series_no = r.series_no
                  JOIN form f ON f.form_no = s.form_no
                  LEFT JOIN record_person x ON x.record_no = r.record_no
                 WHERE r.state = 1 AND f.name = :form
                   AND (v.batch_no IS NOT NULL OR
                        NOT EXISTS (SELECT 1 FROM version_work w WHERE w.version_id = v.version_id AND w.counted = 0)))
         GROUP BY k);

-- name: person_count_linked   params: form, seen   columns: n   rows: 1
-- The number of them alone: a record of which neither is known is a person of its own.
SELECT count(*) - count(k) + count(DISTINCT k) AS n
  FROM (SELECT CASE WHEN x.person_no IS NOT NULL THEN x.person_no
                    WHEN r.record_no > :seen THEN v.person_key END AS k
          FROM record r
          JOIN record_version v ON v.version_id = r.record_no * 65536 + r.version_no
          JOIN series s ON s.series_no = r.series_no
          JOIN form f ON f.form_no = s.form_no
          LEFT JOIN record_person x ON x.record_no = r.record_no
         WHERE r.state = 1 AND f.name = :form
           AND (v.batch_no IS NOT NULL OR
                NOT EXISTS (SELECT 1 FROM version_work w WHERE w.version_id = v.version_id AND w.counted = 0)));

-- name: linkage_of_batch   params: batch_no, first_record, last_record   columns: record_no   rows: 0..*
-- Records that a batch has made or brought back, and about which something is decided.
SELECT d.record_a AS record_no FROM linkage_decision d WHERE d.record_a BETWEEN :first_record AND :last_record AND d.in_force = 1
 UNION
SELECT d.record_b FROM linkage_decision d WHERE d.record_b BETWEEN :first_record AND :last_record AND d.in_force = 1
 UNION
SELECT v.record_no FROM record_version v
 WHERE v.batch_no = :batch_no AND v.position IS NOT NULL AND v.replaced IS NULL
   AND (EXISTS (SELECT 1 FROM linkage_decision d WHERE d.record_a = v.record_no AND d.in_force = 1) OR
        EXISTS (SELECT 1 FROM linkage_decision d WHERE d.record_b = v.record_no AND d.in_force = 1));

-- name: linkage_wrong_standing   columns: n   rows: 1
-- Pairs that do not stand as their decisions say.
SELECT count(*) AS n FROM linkage_pair p
 WHERE p.standing <> coalesce((SELECT CASE WHEN d.waits = 1 THEN 2 WHEN d.verdict = 3 THEN 1 ELSE d.verdict + 2 END
                                 FROM linkage_decision d
                                WHERE d.record_a = p.record_a AND d.record_b = p.record_b
                                  AND (d.in_force = 1 OR d.waits = 1)
                                ORDER BY d.waits DESC LIMIT 1), 0);

-- name: linkage_duplicates   params: series, year   columns: series_no, record_a, record_b   rows: 0..*
-- Pairs of one series that are proposed and open.
SELECT s.series_no, p.record_a, p.record_b
  FROM series s
 CROSS JOIN linkage_queue p ON p.form_no = s.form_no AND p.standing = 0 AND p.organisation_a = s.organisation_no
                           AND p.organisation_b = s.organisation_no
 CROSS JOIN linkage_run u ON u.run_no = p.run_no AND p.weight >= u.lower
 CROSS JOIN record ra ON ra.record_no = p.record_a
 CROSS JOIN record rb ON rb.record_no = p.record_b
 CROSS JOIN version_index xa ON xa.series_no = s.series_no AND xa.version_id = ra.record_no * 65536 + ra.version_no
 CROSS JOIN version_index xb ON xb.series_no = s.series_no AND xb.version_id = rb.record_no * 65536 + rb.version_no
 WHERE (:series = '' OR instr(:series, ',' || s.series_no || ',') > 0)
   AND (:year = 0 OR (xa.year = :year AND xb.year = :year))
   AND (xa.code_hash IS NULL OR xb.code_hash IS NULL OR xa.code_hash <> xb.code_hash)
   AND NOT EXISTS (SELECT 1 FROM record_person x JOIN record_person y ON y.person_no = x.person_no
                    WHERE x.record_no = p.record_a AND y.record_no = p.record_b);

-- name: erase_linkage_words   params: record_no   rows: 0
UPDATE linkage_decision SET reason = NULL, undo_reason = NULL, evidence = NULL
 WHERE record_a = :record_no OR record_b = :record_no;

-- For link_choice.c.

-- name: choice_next   columns: choice_no   rows: 1
SELECT coalesce(max(choice_no), 0) + 1 AS choice_no FROM linkage_choice;

-- name: choice_add   params: choice_no, form_no, record_no, variable, actor, at, reason   rows: 0
INSERT INTO linkage_choice (choice_no, form_no, record_no, variable, actor, made_at, reason)
VALUES (:choice_no, :form_no, :record_no, :variable, :actor, :at, :reason);

-- name: choice_over_add   params: choice_no, record_no   rows: 0
INSERT OR IGNORE INTO linkage_choice_over (choice_no, record_no) VALUES (:choice_no, :record_no);

-- name: choice_kept   params: choice_no   columns: record_no, withdrawn   rows: 0..1
SELECT record_no, withdrawn_at IS NOT NULL AS withdrawn FROM linkage_choice WHERE choice_no = :choice_no;

-- name: choice_withdraw   params: choice_no, at, actor, reason   rows: 0
UPDATE linkage_choice SET withdrawn_at = :at, withdrawn_by = :actor, withdraw_reason = :reason
 WHERE choice_no = :choice_no;

-- name: choice_of_record   params: record_no   columns: choice_no, variable, actor, made_at, withdrawn_at, withdrawn_by, reason, withdraw_reason   rows: 0..*
SELECT choice_no, variable, actor, made_at, coalesce(withdrawn_at, 0) AS withdrawn_at, withdrawn_by, reason, withdraw_reason
  FROM linkage_choice WHERE record_no = :record_no ORDER BY choice_no DESC;

-- name: choice_marks   params: form   columns: record_no, variable, choice_no, chosen   rows: 0..*
-- What stands, of each record that was looked at.
SELECT v.record_no, c.variable, c.choice_no, v.record_no = c.record_no AS chosen
  FROM linkage_choice c INDEXED BY linkage_choice_standing
  JOIN form f ON f.form_no = c.form_no
  JOIN linkage_choice_over v ON v.choice_no = c.choice_no
 WHERE f.name = :form AND c.withdrawn_at IS NULL
 ORDER BY v.record_no, c.choice_no;

-- name: choice_wrong   columns: n   rows: 1
-- Choices and places of choices that point to nothing.
SELECT (SELECT count(*) FROM linkage_choice c
          LEFT JOIN record r ON r.record_no = c.record_no
          LEFT JOIN series s ON s.series_no = r.series_no
         WHERE s.form_no IS NOT c.form_no OR r.state = 3 OR c.variable = ''
            OR NOT EXISTS (SELECT 1 FROM linkage_choice_over v
                            WHERE v.choice_no = c.choice_no AND v.record_no = c.record_no))
     + (SELECT count(*) FROM linkage_choice_over v
          LEFT JOIN linkage_choice c ON c.choice_no = v.choice_no
          LEFT JOIN record r ON r.record_no = v.record_no
         WHERE c.choice_no IS NULL OR r.record_no IS NULL OR r.state = 3) AS n;

-- name: erase_choice_words   params: record_no   rows: 0
-- Reasons of choices that this record was looked at for: they may speak of it.
UPDATE linkage_choice SET reason = NULL, withdraw_reason = NULL
 WHERE choice_no IN (SELECT choice_no FROM linkage_choice_over WHERE record_no = :record_no);

-- name: erase_choice_places   params: record_no   rows: 0
DELETE FROM linkage_choice_over
 WHERE record_no = :record_no OR choice_no IN (SELECT choice_no FROM linkage_choice WHERE record_no = :record_no);

-- name: erase_choices   params: record_no   rows: 0
DELETE FROM linkage_choice WHERE record_no = :record_no;
