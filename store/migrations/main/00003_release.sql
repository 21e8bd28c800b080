-- The release ledger (METHOD 5.3): what was handed out, whose answers were behind it, and what was shown. Releases are
-- numbered from 1; a row that holds for releases since <= r < until has until 0 while it holds. Only releases of the basis,
-- those that later ones are compared with, have rows here: a prepared one that is withdrawn takes its own back.

CREATE TABLE release (
    number       INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE, -- 2026-04-01, 2026-04-01-2
    state        TEXT NOT NULL, -- prepared, approved, withdrawn
    basis        INTEGER NOT NULL, -- 1: later releases are compared with it
    inputs       TEXT NOT NULL, -- SHA-256 of the published figures
    data_until   TEXT NOT NULL,
    min_group    INTEGER NOT NULL,
    min_comments INTEGER NOT NULL,
    prepared_at  TEXT NOT NULL,
    prepared_by  TEXT NOT NULL,
    approved_at  TEXT NOT NULL,
    approved_by  TEXT NOT NULL,
    withdrawn_at TEXT NOT NULL,
    withdrawn_by TEXT NOT NULL
);

CREATE TABLE release_file (
    number   INTEGER NOT NULL REFERENCES release,
    file     TEXT NOT NULL,
    language TEXT NOT NULL,
    segment  TEXT NOT NULL, -- '' with member '': everybody
    member   TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    sha256   TEXT NOT NULL,
    PRIMARY KEY (number, file)
);

-- How many rows of each published table were new, carried over from an earlier release, and withheld.
CREATE TABLE release_table (
    number     INTEGER NOT NULL REFERENCES release,
    table_name TEXT NOT NULL,
    fresh      INTEGER NOT NULL,
    carried    INTEGER NOT NULL,
    withheld   INTEGER NOT NULL,
    PRIMARY KEY (number, table_name)
);

-- The finest groups that responses were published in.
CREATE TABLE release_cell (
    cell_key TEXT PRIMARY KEY,
    journey  TEXT NOT NULL,
    stage    TEXT NOT NULL,
    wave     TEXT NOT NULL,
    cohort   TEXT NOT NULL,
    members  TEXT NOT NULL -- {segment: member}, as published
);

-- Which responses were behind which releases. No key of the person: the response has it, as long as it is there.
CREATE TABLE release_response (
    response_key TEXT NOT NULL,
    since        INTEGER NOT NULL REFERENCES release,
    until        INTEGER NOT NULL,
    version      TEXT NOT NULL, -- of the response: when it was sent
    cell_key     TEXT NOT NULL REFERENCES release_cell,
    PRIMARY KEY (response_key, since)
);
CREATE INDEX release_response_until ON release_response (until);

-- How many responses were behind which releases that have been erased since: a number, and nobody's.
CREATE TABLE release_gone (
    cell_key TEXT NOT NULL REFERENCES release_cell,
    since    INTEGER NOT NULL REFERENCES release,
    until    INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (cell_key, since, until)
);

-- What was shown: one row a published row of a table, for as long as it was shown as new with the same values.
CREATE TABLE release_figure (
    table_name TEXT NOT NULL,
    row_key    TEXT NOT NULL, -- {column: value} of the key columns
    since      INTEGER NOT NULL REFERENCES release,
    until      INTEGER NOT NULL,
    shown      TEXT NOT NULL, -- {column: value}, as published
    people     TEXT NOT NULL, -- the true numbers of people behind it, [n, ...]
    PRIMARY KEY (table_name, row_key, since)
);
CREATE INDEX release_figure_until ON release_figure (until);
