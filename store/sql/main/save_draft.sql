-- The draft of an invitation that takes answers.
INSERT INTO draft (invitation_key, sealed, updated_at)
SELECT invitation_key, $2, $3
FROM invitation
WHERE invitation_key = $1
ON CONFLICT (invitation_key) DO UPDATE
SET sealed = excluded.sealed, updated_at = excluded.updated_at
