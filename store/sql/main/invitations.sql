-- Invitations; the conditions of the filter follow.
SELECT invitation_key, journey, stage, person_key, spell, subject_key, occurrence, survey, survey_version, mode, language,
    anchor_on, due_on, target_on, closes_on, segments, status, created_at, sent_at
FROM invitation
