-- How many responses have texts that were sent before $1.
SELECT COUNT(*)
FROM response
WHERE texts <> '' AND submitted_at < $1
