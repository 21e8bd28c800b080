-- Erased responses that had left with release $1 count for the one before again.
INSERT INTO release_gone (cell_key, since, until, n)
SELECT cell_key, since, 0, n
FROM release_gone
WHERE until = $1
ON CONFLICT (cell_key, since, until) DO UPDATE
SET n = release_gone.n + excluded.n
