-- An invitation, unless the person has one for this stage and spell.
INSERT INTO invitation (invitation_key, journey, stage, person_key, spell, subject_key, occurrence, survey, survey_version,
    mode, language, anchor_on, due_on, target_on, closes_on, segments, status, token_hash, receipt, unsettled,
    created_at, sent_at, updated_at, changed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'invited', $17, '', 0, $18, '', $18, {change})
ON CONFLICT (person_key, journey, stage, spell, subject_key, occurrence) DO NOTHING
