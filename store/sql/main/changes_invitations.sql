-- The next invitations of the feed. One to an anonymous survey stays "invited" until its answers may be told of.
SELECT invitation_key, journey, stage, person_key, spell, subject_key, occurrence, survey, survey_version, mode, language,
    anchor_on, due_on, target_on, closes_on, segments, CASE WHEN unsettled = 1 THEN 'invited' ELSE status END,
    created_at, sent_at, CAST(changed AS TEXT)
FROM invitation
WHERE changed >= CAST(CAST($1 AS TEXT) AS {change_type})
  AND changed < CAST(CAST($2 AS TEXT) AS {change_type})
  AND (changed, invitation_key) > (CAST(CAST($3 AS TEXT) AS {change_type}), $4)
ORDER BY invitation.changed, invitation.invitation_key
LIMIT $5
