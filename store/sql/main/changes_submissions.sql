-- The next responses of the feed.
SELECT response_key, COALESCE(invitation_key, ''), COALESCE(person_key, ''), journey, stage, survey, survey_version, mode,
    language, source, submission_id, submitted_at, due_on, segments, answers, texts, seconds, publish_ok, CAST(changed AS TEXT)
FROM response
WHERE changed >= CAST(CAST($1 AS TEXT) AS {change_type})
  AND changed < CAST(CAST($2 AS TEXT) AS {change_type})
  AND (changed, response_key) > (CAST(CAST($3 AS TEXT) AS {change_type}), $4)
ORDER BY response.changed, response.response_key
LIMIT $5
