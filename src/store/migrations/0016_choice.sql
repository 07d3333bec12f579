-- Linkage: which record's answer counts where the records of one person contradict each other (store/link_choice.h). No
-- value of any record: a choice names a record and a variable; reasons are ciphertext.

CREATE TABLE linkage_choice (
    choice_no       INTEGER PRIMARY KEY,
    form_no         INTEGER NOT NULL REFERENCES form,
    record_no       INTEGER NOT NULL REFERENCES record, -- whose answer counts
    variable        TEXT    NOT NULL,
    actor           TEXT    NOT NULL,
    made_at         INTEGER NOT NULL,
    reason          BLOB,                               -- under the key of that record
    withdrawn_at    INTEGER,
    withdrawn_by    TEXT,
    withdraw_reason BLOB                                -- as reason
) STRICT;

CREATE INDEX linkage_choice_record ON linkage_choice (record_no);
CREATE INDEX linkage_choice_standing ON linkage_choice (form_no) WHERE withdrawn_at IS NULL;

-- The records of the person that were looked at when it was chosen, the chosen one among them.
CREATE TABLE linkage_choice_over (
    choice_no INTEGER NOT NULL REFERENCES linkage_choice,
    record_no INTEGER NOT NULL REFERENCES record,
    PRIMARY KEY (choice_no, record_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX linkage_choice_over_record ON linkage_choice_over (record_no);

PRAGMA user_version = 16;
