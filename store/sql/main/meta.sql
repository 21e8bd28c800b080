-- One fact about the store itself.
SELECT value
FROM meta
WHERE name = $1
