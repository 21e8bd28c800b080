-- Responses that are no longer behind release $1: $2 is a JSON list of their keys.
UPDATE release_response
SET until = $1
WHERE until = 0 AND since < $1 AND response_key IN (SELECT value FROM json_each($2))
