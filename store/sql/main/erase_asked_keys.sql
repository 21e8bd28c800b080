-- Their keys go.
DELETE FROM release_response
WHERE response_key IN (SELECT invitation_key FROM invitation WHERE person_key = $1)
