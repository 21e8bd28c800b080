-- The main part of the store: everything that is kept, with people known by a random key only. Names, addresses and
-- tokens are in the vault part, which is never joined with this one.
-- Times are TEXT, UTC, 2006-01-02T15:04:05.000000Z; dates are TEXT, 2006-01-02; '' is none. Lists and maps are JSON.
-- "changed" is the loader's cursor: on SQLite the number of the write transaction, on PostgreSQL its xid8.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE person (
    person_key TEXT PRIMARY KEY,
    role       TEXT NOT NULL,
    language   TEXT NOT NULL,
    segments   TEXT NOT NULL, -- {column: value}
    spells     TEXT NOT NULL, -- [{n, joined, left, reason, cancelled}], oldest first
    added_at   TEXT NOT NULL,
    bounced    INTEGER NOT NULL,
    declined   TEXT NOT NULL, -- [journey]
    changed    {change_type} NOT NULL
);
CREATE INDEX person_changed ON person (changed, person_key);

CREATE TABLE event (
    event_key   TEXT PRIMARY KEY,
    person_key  TEXT NOT NULL REFERENCES person,
    kind        TEXT NOT NULL,
    on_date     TEXT NOT NULL,
    related_key TEXT NOT NULL, -- a person_key or ''
    detail      TEXT NOT NULL,
    added_at    TEXT NOT NULL,
    changed     {change_type} NOT NULL,
    UNIQUE (person_key, kind, on_date, related_key, detail)
);
CREATE INDEX event_changed ON event (changed, event_key);
CREATE INDEX event_related ON event (related_key);

CREATE TABLE invitation (
    invitation_key TEXT PRIMARY KEY,
    journey        TEXT NOT NULL,
    stage          TEXT NOT NULL,
    person_key     TEXT NOT NULL REFERENCES person,
    spell          INTEGER NOT NULL,
    subject_key    TEXT NOT NULL, -- a person_key or ''
    occurrence     INTEGER NOT NULL,
    survey         TEXT NOT NULL,
    survey_version INTEGER NOT NULL,
    mode           TEXT NOT NULL,
    language       TEXT NOT NULL,
    anchor_on      TEXT NOT NULL,
    due_on         TEXT NOT NULL,
    target_on      TEXT NOT NULL,
    closes_on      TEXT NOT NULL,
    segments       TEXT NOT NULL, -- as of due
    status         TEXT NOT NULL,
    token_hash     TEXT NOT NULL UNIQUE, -- SHA-256 of the token; the token itself is sealed in the vault
    receipt        TEXT NOT NULL, -- anonymous surveys: SHA-256 of the submission's id, so that a repeat is seen; '' otherwise
    unsettled      INTEGER NOT NULL, -- anonymous surveys: 1 from the answer until the feed may tell of it
    created_at     TEXT NOT NULL,
    sent_at        TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    changed        {change_type} NOT NULL,
    UNIQUE (person_key, journey, stage, spell, subject_key, occurrence)
);
CREATE INDEX invitation_changed ON invitation (changed, invitation_key);
CREATE INDEX invitation_stage ON invitation (journey, stage);
CREATE INDEX invitation_closes ON invitation (closes_on);
CREATE INDEX invitation_unsettled ON invitation (journey, stage) WHERE unsettled = 1;

CREATE TABLE mail (
    mail_id        TEXT PRIMARY KEY,
    invitation_key TEXT NOT NULL REFERENCES invitation,
    kind           TEXT NOT NULL,
    number         INTEGER NOT NULL,
    message_id     TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    next_at        TEXT NOT NULL,
    lease_until    TEXT NOT NULL, -- while sending; past it the sender is taken for dead
    sent_at        TEXT NOT NULL,
    last_error     TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    UNIQUE (invitation_key, kind, number)
);
CREATE INDEX mail_due ON mail (state, next_at);

-- The current version of what came back. Keyed by a random number and kept in its order, so that the file does not
-- show in which order anonymous answers came.
CREATE TABLE response (
    response_key   TEXT PRIMARY KEY,
    slot           TEXT UNIQUE, -- what a later submission replaces; NULL for anonymous surveys
    invitation_key TEXT, -- looked up by slot
    person_key     TEXT REFERENCES person,
    journey        TEXT NOT NULL,
    stage          TEXT NOT NULL,
    survey         TEXT NOT NULL,
    survey_version INTEGER NOT NULL,
    mode           TEXT NOT NULL,
    language       TEXT NOT NULL,
    source         TEXT NOT NULL,
    submission_id  TEXT NOT NULL, -- '' for anonymous surveys
    version        INTEGER NOT NULL, -- from 1
    submitted_at   TEXT NOT NULL,
    due_on         TEXT NOT NULL,
    segments       TEXT NOT NULL, -- as of answering
    answers        TEXT NOT NULL, -- {question: {v, c, m}}
    texts          TEXT NOT NULL, -- {question: text}, sealed; '' for none
    seconds        INTEGER NOT NULL,
    publish_ok     INTEGER NOT NULL,
    changed        {change_type} -- NULL: an anonymous answer that the feed may not tell of yet
) {without_rowid};
CREATE INDEX response_changed ON response (changed, response_key);
CREATE INDEX response_person ON response (person_key);

-- What a later submission replaced.
CREATE TABLE response_version (
    response_key  TEXT NOT NULL REFERENCES response,
    version       INTEGER NOT NULL,
    submission_id TEXT NOT NULL,
    language      TEXT NOT NULL,
    source        TEXT NOT NULL,
    submitted_at  TEXT NOT NULL,
    answers       TEXT NOT NULL,
    texts         TEXT NOT NULL,
    seconds       INTEGER NOT NULL,
    publish_ok    INTEGER NOT NULL,
    PRIMARY KEY (response_key, version)
);

CREATE TABLE draft (
    invitation_key TEXT PRIMARY KEY REFERENCES invitation,
    sealed         TEXT NOT NULL,
    updated_at     TEXT NOT NULL
);

-- What was here and is gone, so that the loader forgets it too. kind: person, event, invitation, response.
CREATE TABLE erasure (
    kind      TEXT NOT NULL,
    gone_key  TEXT NOT NULL,
    erased_at TEXT NOT NULL,
    changed   {change_type} NOT NULL,
    PRIMARY KEY (kind, gone_key)
);
CREATE INDEX erasure_changed ON erasure (changed, gone_key);

CREATE TABLE lease (
    name    TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,
    until   TEXT NOT NULL
);

CREATE TABLE run (
    run_id   TEXT PRIMARY KEY,
    job      TEXT NOT NULL,
    started  TEXT NOT NULL,
    finished TEXT NOT NULL,
    error    TEXT NOT NULL
);
CREATE INDEX run_job ON run (job, started);

CREATE TABLE hypothesis (
    journey    TEXT NOT NULL,
    hypothesis TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    PRIMARY KEY (journey, hypothesis, sha256)
);

CREATE TABLE survey_seal (
    journey   TEXT NOT NULL,
    survey    TEXT NOT NULL,
    version   INTEGER NOT NULL,
    mode      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    PRIMARY KEY (journey, survey, version)
);

-- The audit log: each line's hash covers the line before it.
CREATE TABLE log (
    number  INTEGER PRIMARY KEY,
    at_time TEXT NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    people  INTEGER NOT NULL, -- over how many people
    detail  TEXT NOT NULL,
    sha256  TEXT NOT NULL
);
