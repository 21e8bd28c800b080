-- The responses that came with release $1.
DELETE FROM release_response
WHERE since = $1
