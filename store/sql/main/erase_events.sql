-- Erases a person's events.
DELETE FROM event
WHERE person_key = $1
