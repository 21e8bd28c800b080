-- Erases a person's invitations.
DELETE FROM invitation
WHERE person_key = $1
