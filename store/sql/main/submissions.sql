-- Responses, current versions; the conditions follow.
SELECT response_key, COALESCE(invitation_key, ''), COALESCE(person_key, ''), journey, stage, survey, survey_version, mode,
    language, source, submission_id, submitted_at, due_on, segments, answers, texts, seconds, publish_ok
FROM response
