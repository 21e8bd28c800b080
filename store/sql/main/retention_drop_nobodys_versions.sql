-- Erases the earlier versions of the responses of nobody known that were sent before $1.
DELETE FROM response_version
WHERE response_key IN (SELECT response_key FROM response WHERE person_key IS NULL AND submitted_at < $1)
