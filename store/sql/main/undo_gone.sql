-- Erased responses that came with release $1.
DELETE FROM release_gone
WHERE since = $1
