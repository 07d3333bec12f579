-- Where the columns of an organisation's files lead, as somebody has said it before (store/saved_mapping.h). Names
-- of columns and variables alone: no value of any record.

CREATE TABLE saved_mapping (
    organisation_no INTEGER NOT NULL REFERENCES organisation,
    form            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    columns         TEXT    NOT NULL, -- a line for each: name, path, order of dates, tabs between
    saved_at        INTEGER NOT NULL,
    saved_by        TEXT    NOT NULL,
    PRIMARY KEY (organisation_no, form, name)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 8;
