-- What Submit has to know of the invitation.
SELECT mode, person_key, journey, stage, survey, survey_version, due_on, status, receipt
FROM invitation
WHERE invitation_key = $1
