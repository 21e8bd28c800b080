-- Erases a person.
DELETE FROM person
WHERE person_key = $1
