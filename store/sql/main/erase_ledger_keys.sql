-- Their keys go.
DELETE FROM release_response
WHERE response_key IN (SELECT response_key FROM response WHERE person_key = $1)
