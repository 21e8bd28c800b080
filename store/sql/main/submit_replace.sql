-- The next version of a response.
UPDATE response
SET survey = $2, survey_version = $3, language = $4, source = $5, submission_id = $6, version = version + 1,
    submitted_at = $7, segments = $8, answers = $9, texts = $10, seconds = $11, publish_ok = $12, changed = {change}
WHERE response_key = $1
