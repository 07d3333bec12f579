-- What pages about linkage read (store/link_draw.h, link_decision.h).

-- The pairs of the queue in the order in which samples draw them. Derived. Of a form all of them or none: a register that
-- had its last run before this table has none until its next.
CREATE TABLE linkage_draw (
    form_no  INTEGER NOT NULL,
    draw     INTEGER NOT NULL,
    record_a INTEGER NOT NULL,
    record_b INTEGER NOT NULL,
    weight   INTEGER NOT NULL,
    PRIMARY KEY (form_no, draw, record_a, record_b)
) STRICT, WITHOUT ROWID;

-- Decisions of people, and those taken back, are few among the automatic ones; how many of a run are in force.
CREATE INDEX linkage_decision_people ON linkage_decision (decision_no) WHERE automatic = 0;
CREATE INDEX linkage_decision_undone ON linkage_decision (decision_no) WHERE undone_at IS NOT NULL;
CREATE INDEX linkage_decision_stands ON linkage_decision (run_no) WHERE automatic = 1 AND in_force = 1;

PRAGMA user_version = 18;
