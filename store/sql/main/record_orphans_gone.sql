-- Their keys go.
DELETE FROM release_response
WHERE since = $1 AND response_key NOT IN (SELECT response_key FROM response)
    AND response_key NOT IN (SELECT invitation_key FROM invitation)
