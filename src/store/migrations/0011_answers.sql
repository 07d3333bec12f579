-- Answers that are kept for a day for requests that may come again (store/answer.h): keyed hashes of what the program
-- called its request and of what it asked, and the answer, sealed.

CREATE TABLE answer (
    account_no   INTEGER NOT NULL REFERENCES account,
    name_hash    BLOB    NOT NULL, -- keyed, 32 bytes
    request_hash BLOB    NOT NULL, -- keyed, 32 bytes
    code         INTEGER NOT NULL, -- of its envelopes
    made_at      INTEGER NOT NULL,
    wrapped_key  BLOB,             -- NULL: it is still being made, or nobody knows what became of it
    body         BLOB,             -- sealed
    PRIMARY KEY (account_no, name_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_at ON answer (made_at);

PRAGMA user_version = 11;
