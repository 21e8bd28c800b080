-- Responses and invitations of release $1 that were erased before it was recorded become numbers.
INSERT INTO release_gone (cell_key, since, until, n)
SELECT cell_key, since, until, COUNT(*)
FROM release_response
WHERE since = $1 AND response_key NOT IN (SELECT response_key FROM response)
    AND response_key NOT IN (SELECT invitation_key FROM invitation)
GROUP BY cell_key, since, until
