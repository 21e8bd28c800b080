-- Everybody's sealed identity.
SELECT person_key, sealed
FROM identity
ORDER BY person_key
