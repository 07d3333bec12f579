-- Work on records: drafts, who says what about a version, referrals, closed years, and what records are searched by.
-- What people typed arrives here as ciphertext (store/envelope.h): drafts under keys of their own, words about a record
-- under the record's key, so that they go with it.

-- A draft holds a whole record as it was typed, direct identifiers too (store/draft.h).
CREATE TABLE draft (
    draft_no        INTEGER PRIMARY KEY,
    code            INTEGER NOT NULL UNIQUE,     -- 60 random bits, shown as 12 letters
    account_no      INTEGER NOT NULL,            -- 0: of somebody at this machine, by name
    owner           TEXT    NOT NULL,
    organisation_no INTEGER NOT NULL REFERENCES organisation,
    form_no         INTEGER NOT NULL REFERENCES form,
    record_no       INTEGER REFERENCES record,   -- NULL: the record is still to be made
    base_version    INTEGER NOT NULL,            -- of the record when the draft began; 0: none
    version_no      INTEGER NOT NULL,            -- counts savings
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    wrapped_key     BLOB    NOT NULL,
    body            BLOB    NOT NULL
) STRICT;

CREATE INDEX draft_owner ON draft (account_no, owner);
CREATE INDEX draft_record ON draft (record_no) WHERE record_no IS NOT NULL;

-- Where a version that was entered by hand stands (store/review.h). A version without a row here was imported.
CREATE TABLE version_work (
    version_id INTEGER PRIMARY KEY REFERENCES record_version,
    record_no  INTEGER NOT NULL REFERENCES record,
    state      TEXT    NOT NULL CHECK (state IN ('incomplete', 'submitted', 'accepted', 'returned')),
    counted    INTEGER NOT NULL,                 -- 0: it has errors and is in no statistics
    late       INTEGER NOT NULL,                 -- 1: made when the year of the record was closed
    changed_at INTEGER NOT NULL,
    actor      TEXT    NOT NULL
) STRICT;

CREATE INDEX version_work_state ON version_work (state, version_id) WHERE state <> 'accepted';

-- A question about a field of a record, and what was said about it.
CREATE TABLE review_query (
    query_no   INTEGER PRIMARY KEY,
    record_no  INTEGER NOT NULL REFERENCES record,
    version_no INTEGER NOT NULL,                 -- that was asked about
    field      TEXT    NOT NULL,                 -- its name, no value; '' for the record as a whole
    state      TEXT    NOT NULL CHECK (state IN ('open', 'answered', 'resolved')),
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX review_query_record ON review_query (record_no);

CREATE TABLE review_message (
    message_no INTEGER PRIMARY KEY,
    query_no   INTEGER NOT NULL REFERENCES review_query,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    body       BLOB    NOT NULL
) STRICT;

CREATE INDEX review_message_query ON review_message (query_no);

CREATE TABLE referral (
    referral_no INTEGER PRIMARY KEY,
    record_no   INTEGER NOT NULL REFERENCES record,
    version_no  INTEGER NOT NULL,                -- that was referred
    from_no     INTEGER NOT NULL REFERENCES organisation,
    to_no       INTEGER NOT NULL REFERENCES organisation,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    made_at     INTEGER NOT NULL,
    made_by     TEXT    NOT NULL,
    answered_at INTEGER,
    answered_by TEXT,
    body        BLOB    NOT NULL,                -- its words and the names of what it lets the other see
    answer      BLOB
) STRICT;

CREATE INDEX referral_from ON referral (from_no, referral_no);
CREATE INDEX referral_to ON referral (to_no, referral_no);
CREATE INDEX referral_record ON referral (record_no);

CREATE TABLE closed_year (
    form_no   INTEGER NOT NULL REFERENCES form,
    year      INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    PRIMARY KEY (form_no, year)
) STRICT, WITHOUT ROWID;

-- Keyed hashes by which a record is found (store/search.h), and up to which version of each record they are made.
CREATE TABLE search_hash (
    hash      BLOB    NOT NULL,
    record_no INTEGER NOT NULL,
    PRIMARY KEY (hash, record_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX search_hash_record ON search_hash (record_no);

CREATE TABLE search_record (
    record_no  INTEGER PRIMARY KEY,
    version_no INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 6;
