-- The earlier versions of a response, oldest first.
SELECT version, submission_id, language, source, submitted_at, answers, texts, seconds, publish_ok
FROM response_version
WHERE response_key = $1
ORDER BY version
