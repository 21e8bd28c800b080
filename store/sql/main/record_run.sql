-- One run of a job.
INSERT INTO run (run_id, job, started, finished, error)
VALUES ($1, $2, $3, $4, $5)
