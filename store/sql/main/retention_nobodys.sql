-- How many responses of nobody known were sent before $1.
SELECT COUNT(*)
FROM response
WHERE person_key IS NULL AND submitted_at < $1
