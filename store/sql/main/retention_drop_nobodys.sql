-- Erases the responses of nobody known that were sent before $1.
DELETE FROM response
WHERE person_key IS NULL AND submitted_at < $1
