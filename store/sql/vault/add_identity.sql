-- A new identity, unless somebody else just wrote it.
INSERT INTO identity (person_key, blind, sealed)
VALUES ($1, $2, $3)
ON CONFLICT (blind) DO NOTHING
