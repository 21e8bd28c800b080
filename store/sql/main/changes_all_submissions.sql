-- The next responses of a feed that is read from its beginning: all below $1, by key, which is how they lie in the table.
SELECT response_key, COALESCE(invitation_key, ''), COALESCE(person_key, ''), journey, stage, survey, survey_version, mode,
    language, source, submission_id, submitted_at, due_on, segments, answers, texts, seconds, publish_ok, CAST(changed AS TEXT)
FROM response
WHERE changed < CAST(CAST($1 AS TEXT) AS {change_type})
  AND response_key > $2
ORDER BY response.response_key
LIMIT $3
