-- One fact about the vault itself.
INSERT INTO meta (name, value)
VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE
SET value = excluded.value
