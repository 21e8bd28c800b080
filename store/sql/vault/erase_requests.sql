-- Erases the personal replies that a person asked for.
DELETE FROM request
WHERE person_key = $1
