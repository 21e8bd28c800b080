-- Rows of release $1 that are of one response go with it, when it was erased before the release was recorded.
DELETE FROM release_figure
WHERE since = $1 AND response_key <> '' AND response_key NOT IN (SELECT response_key FROM response)
