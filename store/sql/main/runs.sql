-- The last run of each job, and its last failure.
SELECT r.job, r.started, r.finished, r.error,
    COALESCE((SELECT MAX(ok.started) FROM run AS ok WHERE ok.job = r.job AND ok.error = ''), '')
FROM run AS r
WHERE r.run_id = (SELECT MAX(latest.run_id) FROM run AS latest WHERE latest.job = r.job
    AND latest.started = (SELECT MAX(last.started) FROM run AS last WHERE last.job = r.job))
ORDER BY r.job
