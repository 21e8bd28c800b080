-- Responses that are new behind release $1: $2 is a JSON list of [response, version, cell].
INSERT INTO release_response (response_key, since, until, version, cell_key)
SELECT value ->> 0, $1, 0, value ->> 1, value ->> 2
FROM json_each($2)
