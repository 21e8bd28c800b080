-- Who has a key.
SELECT person_key, sealed
FROM identity
WHERE person_key = $1
