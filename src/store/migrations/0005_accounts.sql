-- Who may sign in at the desk (store/account.h), who is signed in (store/session.h), how often was tried
-- (store/throttle.h), and keys for programs (store/token.h).
--
-- No password, code, session or token is here: hashes keyed with KEY_ACCOUNT, which is not in the database. The
-- secret of a second factor is sealed under KEY_FACTOR.

CREATE TABLE account (
    account_no       INTEGER PRIMARY KEY,
    name             TEXT    NOT NULL UNIQUE,    -- what is typed to sign in
    full_name        TEXT    NOT NULL,
    role             TEXT    NOT NULL,
    organisation_no  INTEGER REFERENCES organisation, -- NULL: of none
    language         TEXT,                       -- NULL: the pack's
    state            INTEGER NOT NULL,           -- 1 invited, 2 active, 3 disabled
    added_at         INTEGER NOT NULL,
    added_by         TEXT    NOT NULL,
    signed_in_at     INTEGER,
    password_salt    BLOB,                       -- all NULL until there is a password
    password_passes  INTEGER,
    password_kib     INTEGER,
    password_hash    BLOB,
    password_at      INTEGER,
    activation_hash  BLOB,                       -- NULL: no code is out
    activation_until INTEGER,
    factor           BLOB,                       -- sealed; NULL: none
    factor_step      INTEGER NOT NULL DEFAULT 0, -- the last time step that was used
    factor_at        INTEGER,
    factor_new       BLOB                        -- sealed; begun and not confirmed
) STRICT;

CREATE TABLE account_recovery (
    account_no INTEGER NOT NULL REFERENCES account,
    code_hash  BLOB    NOT NULL,
    used_at    INTEGER,                          -- NULL: good
    PRIMARY KEY (account_no, code_hash)
) STRICT, WITHOUT ROWID;

-- Networks an account has signed in from: what is tried elsewhere does not lock its owner out.
CREATE TABLE account_source (
    account_no   INTEGER NOT NULL REFERENCES account,
    source_hash  BLOB    NOT NULL,
    signed_in_at INTEGER NOT NULL,
    PRIMARY KEY (account_no, source_hash)
) STRICT, WITHOUT ROWID;

-- Identifiers opened, for the quota (S55).
CREATE TABLE account_view (
    view_no    INTEGER PRIMARY KEY,
    account_no INTEGER NOT NULL REFERENCES account,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX account_view_at ON account_view (account_no, at);

-- The code that lets the first administrator in.
CREATE TABLE setup (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    code_hash BLOB    NOT NULL,
    until     INTEGER NOT NULL
) STRICT;

-- Times of sessions are milliseconds since the machine was started (S38), and belong to one run of the desk.
CREATE TABLE session (
    session_no   INTEGER PRIMARY KEY,
    session_hash BLOB    NOT NULL UNIQUE,
    run          BLOB    NOT NULL,
    account_no   INTEGER NOT NULL REFERENCES account,
    state        INTEGER NOT NULL,               -- 1 open, 2 second factor wanted, 3 second factor to be enrolled
    source       TEXT,
    purpose      TEXT,
    began_at     INTEGER NOT NULL,               -- UTC seconds, for people
    began_ms     INTEGER NOT NULL,
    seen_ms      INTEGER NOT NULL,
    proved_ms    INTEGER NOT NULL                -- when password or factor was last shown
) STRICT;

CREATE INDEX session_account ON session (account_no);

CREATE TABLE throttle (
    key        BLOB    PRIMARY KEY,              -- keyed hash of what is counted
    lasting    INTEGER NOT NULL,                 -- 1: until somebody signs in; 0: for a day
    n_failed   INTEGER NOT NULL,
    failed_at  INTEGER NOT NULL,
    hour_at    INTEGER NOT NULL,
    n_hour     INTEGER NOT NULL,
    n_try      INTEGER NOT NULL                  -- of any kind: the row changes whenever somebody tries (S43)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    token_no        INTEGER PRIMARY KEY,
    token_hash      BLOB    NOT NULL UNIQUE,
    account_no      INTEGER NOT NULL REFERENCES account,
    label           TEXT    NOT NULL,
    operations      TEXT    NOT NULL,            -- names with blanks between
    organisation_no INTEGER REFERENCES organisation, -- NULL: those of the account
    purpose         TEXT    NOT NULL,
    added_at        INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    used_at         INTEGER,
    revoked_at      INTEGER
) STRICT;

PRAGMA user_version = 5;
