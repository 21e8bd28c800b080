-- The key of the invitation of a person to a stage, when there is one.
SELECT invitation_key
FROM invitation
WHERE person_key = $1 AND journey = $2 AND stage = $3 AND spell = $4 AND subject_key = $5 AND occurrence = $6
