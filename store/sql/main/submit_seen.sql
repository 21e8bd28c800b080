-- Whether an earlier version was this submission.
SELECT version
FROM response_version
WHERE response_key = $1 AND submission_id = $2
