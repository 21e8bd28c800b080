-- Erases who a person is.
DELETE FROM identity
WHERE person_key = $1
