-- The answers of nobody known that were sent before $1 become numbers in the ledger.
INSERT INTO release_gone (cell_key, since, until, n)
SELECT cell_key, since, until, COUNT(*)
FROM release_response
WHERE response_key IN (SELECT response_key FROM response WHERE person_key IS NULL AND submitted_at < $1)
GROUP BY cell_key, since, until
ON CONFLICT (cell_key, since, until) DO UPDATE
SET n = release_gone.n + excluded.n
