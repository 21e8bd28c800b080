-- Erases the earlier versions of a person's responses.
DELETE FROM response_version
WHERE response_key IN (SELECT response_key FROM response WHERE person_key = $1)
