-- Erases a person's responses.
DELETE FROM response
WHERE person_key = $1
