-- Keeps the version that is about to be replaced.
INSERT INTO response_version (response_key, version, submission_id, language, source, submitted_at, answers, texts, seconds, publish_ok)
SELECT response_key, version, submission_id, language, source, submitted_at, answers, texts, seconds, publish_ok
FROM response
WHERE response_key = $1
