-- The first version of a response. changed is NULL ($20 = 1) for an anonymous answer that the feed may not tell of yet.
INSERT INTO response (response_key, slot, invitation_key, person_key, journey, stage, survey, survey_version, mode, language,
    source, submission_id, version, submitted_at, due_on, segments, answers, texts, seconds, publish_ok, changed)
VALUES ($1, NULLIF($2, ''), NULLIF($3, ''), NULLIF($4, ''), $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $15, $16, $17, $18, $19,
    CASE WHEN CAST($20 AS INTEGER) = 1 THEN NULL ELSE {change} END)
ON CONFLICT (slot) DO NOTHING
