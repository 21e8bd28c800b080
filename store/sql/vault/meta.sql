-- One fact about the vault itself.
SELECT value
FROM meta
WHERE name = $1
