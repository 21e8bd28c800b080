-- The vault: who the keys of the main part are, and how to reach them. Sealed with the vault key; never joined with
-- the main part and never loaded into the warehouse.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE identity (
    person_key TEXT PRIMARY KEY,
    blind      TEXT NOT NULL UNIQUE, -- HMAC-SHA256 of person_id
    sealed     TEXT NOT NULL -- {id, name, email, personal_email}
);

CREATE TABLE token (
    invitation_key TEXT PRIMARY KEY,
    person_key     TEXT NOT NULL,
    sealed         TEXT NOT NULL
);
CREATE INDEX token_person ON token (person_key);

CREATE TABLE request (
    request_id TEXT PRIMARY KEY,
    slot       TEXT NOT NULL, -- SHA-256 of what a later submission replaces
    person_key TEXT NOT NULL,
    state      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sealed     TEXT NOT NULL -- {journey, stage, question, note}
);
CREATE INDEX request_person ON request (person_key);
CREATE INDEX request_slot ON request (slot);
