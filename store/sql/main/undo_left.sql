-- The responses that had left with release $1 are behind the one before again.
UPDATE release_response
SET until = 0
WHERE until = $1
