-- A fact about the vault that is over.
DELETE FROM meta
WHERE name = $1
