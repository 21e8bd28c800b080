-- Erases the links of a person.
DELETE FROM token
WHERE person_key = $1
