-- Who has a person_id, by its HMAC.
SELECT person_key, sealed
FROM identity
WHERE blind = $1
