-- Sealed identities, in order, after a key.
SELECT person_key, sealed
FROM identity
WHERE person_key > $1
ORDER BY person_key
LIMIT 1000
