-- Keeps the last thousand runs of a job.
DELETE FROM run
WHERE job = $1 AND started < (
    SELECT MIN(started) FROM (SELECT started FROM run WHERE job = $1 ORDER BY started DESC LIMIT 1000) AS kept)
