-- What lists of records read (store/record_list.h): where each version belongs, the year it was registered in, when it is
-- to be erased; which records of an organisation have one match key; and questions to the table builder that somebody
-- has saved (store/saved_question.h).

-- One row for each version, the versions of a series together and in the order they came. `year`, `term` and `code_hash`
-- say what the sealed body says (store/version_index.h); NULL: it says nothing of it.
CREATE TABLE version_index (
    series_no  INTEGER NOT NULL REFERENCES series,
    version_id INTEGER NOT NULL REFERENCES record_version,
    year       INTEGER,              -- in which the record was registered
    term       INTEGER,              -- which of the terms of retention runs
    term_day   INTEGER,              -- from when, or of a fixed one until when; days since 1970-01-01
    code_hash  INTEGER,              -- keyed hash of the register's code of the person
    PRIMARY KEY (series_no, version_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX version_index_year ON version_index (year, version_id) WHERE year IS NOT NULL;
CREATE INDEX version_index_term ON version_index (term, term_day) WHERE term IS NOT NULL;

-- Versions from before this table: found, with a year once they are changed.
INSERT INTO version_index (series_no, version_id)
SELECT r.series_no, v.version_id FROM record_version v JOIN record r ON r.record_no = v.record_no
 ORDER BY r.series_no, v.version_id;

-- Records of a series by match key, of any of their versions; who reads it asks the current version again
-- (store/duplicate.h).
CREATE TABLE person_record (
    series_no  INTEGER NOT NULL REFERENCES series,
    person_key BLOB    NOT NULL,     -- as in record_version
    record_no  INTEGER NOT NULL REFERENCES record,
    PRIMARY KEY (series_no, person_key, record_no)
) STRICT, WITHOUT ROWID;

-- Those keys that have several records.
CREATE TABLE person_double (
    series_no  INTEGER NOT NULL REFERENCES series,
    person_key BLOB    NOT NULL,
    PRIMARY KEY (series_no, person_key)
) STRICT, WITHOUT ROWID;

INSERT INTO person_record (series_no, person_key, record_no)
SELECT DISTINCT r.series_no, v.person_key, r.record_no
  FROM record_version v JOIN record r ON r.record_no = v.record_no
 WHERE v.person_key IS NOT NULL
 ORDER BY 1, 2, 3;

INSERT INTO person_double (series_no, person_key)
SELECT series_no, person_key FROM person_record GROUP BY 1, 2 HAVING count(*) > 1;

-- Withdrawn records are few; versions that somebody made by hand; where versions stand, accepted ones too; questions.
CREATE INDEX record_withdrawn ON record (state) WHERE state = 2;
CREATE INDEX record_version_author ON record_version (author) WHERE author IS NOT NULL;
DROP INDEX version_work_state;
CREATE INDEX version_work_state ON version_work (state, version_id);
CREATE INDEX review_query_state ON review_query (state, record_no);

CREATE TABLE saved_question (
    question_no     INTEGER PRIMARY KEY,
    code            INTEGER NOT NULL UNIQUE, -- by which it is asked for, as the code of a record
    account_no      INTEGER NOT NULL,        -- whose it is; 0: of somebody at this machine, by name
    owner           TEXT    NOT NULL,
    organisation_no INTEGER NOT NULL,        -- whose colleagues may open it; 0: of none
    shared          INTEGER NOT NULL,        -- 1: all of the organisation may
    version_no      INTEGER NOT NULL,        -- counts savings
    saved_at        INTEGER NOT NULL,
    wrapped_key     BLOB    NOT NULL,
    body            BLOB    NOT NULL         -- its name and what was chosen
) STRICT;

CREATE INDEX saved_question_owner ON saved_question (account_no, owner);
CREATE INDEX saved_question_shared ON saved_question (organisation_no) WHERE shared = 1;

PRAGMA user_version = 9;
