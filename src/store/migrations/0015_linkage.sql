-- Linkage: runs, the pairs of records that they propose, what was decided about pairs, and the persons that follow from
-- it (store/link_run.h, link_decision.h, person.h). Weights are thousandths of log2 odds. No value of any record: evidence
-- says how well fields agree, reasons are ciphertext.

CREATE TABLE linkage_run (
    run_no      INTEGER PRIMARY KEY,
    form_no     INTEGER NOT NULL REFERENCES form,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'finished', 'undone')), -- open: within its transaction
    started_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL DEFAULT 0,
    actor       TEXT    NOT NULL,
    model       TEXT    NOT NULL,            -- what compares one more record in the same way, JSON
    lower       INTEGER NOT NULL,            -- of the band that people decide
    upper       INTEGER NOT NULL,
    last_record INTEGER NOT NULL,            -- the newest record that it has seen
    n_record    INTEGER NOT NULL,
    n_candidate INTEGER NOT NULL,
    n_pair      INTEGER NOT NULL DEFAULT 0,
    n_automatic INTEGER NOT NULL DEFAULT 0,
    decides     INTEGER NOT NULL DEFAULT 0,  -- 1: its automatic decisions stand in the place of those of earlier runs
    undone_at   INTEGER,
    undone_by   TEXT,
    undo_reason TEXT
) STRICT;

CREATE INDEX linkage_run_form ON linkage_run (form_no, run_no);

-- What the newest run proposes. Derived: a new run replaces them.
CREATE TABLE linkage_pair (
    record_a INTEGER NOT NULL REFERENCES record,
    record_b INTEGER NOT NULL REFERENCES record,
    form_no  INTEGER NOT NULL REFERENCES form,
    run_no   INTEGER NOT NULL REFERENCES linkage_run,
    weight   INTEGER NOT NULL,
    standing INTEGER NOT NULL,               -- enum link_standing: as the decisions about the pair say
    evidence BLOB    NOT NULL,
    PRIMARY KEY (record_a, record_b),
    CHECK (record_a < record_b)
) STRICT, WITHOUT ROWID;

-- Two indexes of linkage_pair. Tables of their own, so that a run can fill them in ascending order at its end, as those of
-- record. The queue holds pairs of active records alone, with what lists choose by.
CREATE TABLE linkage_pair_other (
    form_no  INTEGER NOT NULL,
    record_b INTEGER NOT NULL,
    record_a INTEGER NOT NULL,
    PRIMARY KEY (form_no, record_b, record_a)
) STRICT, WITHOUT ROWID;

CREATE TABLE linkage_queue (
    form_no        INTEGER NOT NULL,
    standing       INTEGER NOT NULL,
    weight         INTEGER NOT NULL,
    record_a       INTEGER NOT NULL,
    record_b       INTEGER NOT NULL,
    organisation_a INTEGER NOT NULL,
    organisation_b INTEGER NOT NULL,
    run_no         INTEGER NOT NULL,
    PRIMARY KEY (form_no, standing, weight, record_a, record_b)
) STRICT, WITHOUT ROWID;

-- Never deleted. What was undone says so; which one of a pair is in force is said by in_force.
CREATE TABLE linkage_decision (
    decision_no  INTEGER PRIMARY KEY,
    form_no      INTEGER NOT NULL REFERENCES form,
    record_a     INTEGER NOT NULL REFERENCES record,
    record_b     INTEGER NOT NULL REFERENCES record,
    verdict      INTEGER NOT NULL CHECK (verdict IN (1, 2, 3)), -- same, different, unsure
    automatic    INTEGER NOT NULL,
    run_no       INTEGER REFERENCES linkage_run,                -- that proposed the pair; NULL: none
    weight       INTEGER,                                       -- as it was proposed
    evidence     BLOB,
    actor        TEXT    NOT NULL,
    made_at      INTEGER NOT NULL,
    reason       BLOB,                                          -- under the key of record a
    waits        INTEGER NOT NULL,                              -- 1: for a second person
    in_force     INTEGER NOT NULL,
    held         INTEGER NOT NULL DEFAULT 0,                    -- 1: another decision holds it back
    against      INTEGER,                                       -- that decision
    confirmed_at INTEGER,
    confirmed_by TEXT,
    undone_at    INTEGER,
    undone_by    TEXT,
    undo_reason  BLOB,                                          -- as reason
    CHECK (record_a < record_b),
    CHECK (in_force = 0 OR (undone_at IS NULL AND waits = 0))
) STRICT;

CREATE INDEX linkage_decision_pair ON linkage_decision (record_a, record_b);
CREATE INDEX linkage_decision_other ON linkage_decision (record_b);
CREATE INDEX linkage_decision_run ON linkage_decision (run_no) WHERE run_no IS NOT NULL;
CREATE UNIQUE INDEX linkage_decision_force ON linkage_decision (record_a, record_b) WHERE in_force = 1;
CREATE INDEX linkage_decision_edge ON linkage_decision (form_no, record_a, record_b, verdict, automatic, weight, held, against)
 WHERE in_force = 1;                                               -- all that persons are made of, without the rest
CREATE INDEX linkage_decision_held ON linkage_decision (form_no) WHERE held = 1;
CREATE INDEX linkage_decision_waits ON linkage_decision (form_no) WHERE waits = 1;

CREATE TRIGGER linkage_decision_no_delete BEFORE DELETE ON linkage_decision
BEGIN SELECT RAISE(ABORT, 'decisions are undone, not deleted'); END;

-- Derived: the person of each active record about which a decision in force says "same" or "different".
CREATE TABLE record_person (
    record_no INTEGER PRIMARY KEY REFERENCES record,
    form_no   INTEGER NOT NULL REFERENCES form,
    person_no INTEGER NOT NULL               -- number of its oldest record
) STRICT;

CREATE INDEX record_person_person ON record_person (person_no, record_no);

-- What is listed of pairs and of decisions: with codes and organisations.
CREATE VIEW linkage_pair_row AS
SELECT p.form_no, p.record_a, p.record_b, p.run_no, p.weight, p.standing, p.evidence,
       ra.code AS code_a, rb.code AS code_b, ra.state AS state_a, rb.state AS state_b,
       sa.organisation_no AS organisation_a, sb.organisation_no AS organisation_b,
       oa.code AS organisation_code_a, ob.code AS organisation_code_b
  FROM linkage_pair p
 CROSS JOIN record ra ON ra.record_no = p.record_a
 CROSS JOIN record rb ON rb.record_no = p.record_b
 CROSS JOIN series sa ON sa.series_no = ra.series_no
 CROSS JOIN series sb ON sb.series_no = rb.series_no
 CROSS JOIN organisation oa ON oa.organisation_no = sa.organisation_no
 CROSS JOIN organisation ob ON ob.organisation_no = sb.organisation_no;

CREATE VIEW linkage_decision_row AS
SELECT d.*, ra.code AS code_a, rb.code AS code_b, ra.state AS state_a, rb.state AS state_b,
       sa.organisation_no AS organisation_a, sb.organisation_no AS organisation_b,
       oa.code AS organisation_code_a, ob.code AS organisation_code_b, f.name AS form
  FROM linkage_decision d
 CROSS JOIN record ra ON ra.record_no = d.record_a
 CROSS JOIN record rb ON rb.record_no = d.record_b
 CROSS JOIN series sa ON sa.series_no = ra.series_no
 CROSS JOIN series sb ON sb.series_no = rb.series_no
 CROSS JOIN organisation oa ON oa.organisation_no = sa.organisation_no
 CROSS JOIN organisation ob ON ob.organisation_no = sb.organisation_no
 CROSS JOIN form f ON f.form_no = d.form_no;

PRAGMA user_version = 15;
