-- Erases a person's drafts.
DELETE FROM draft
WHERE invitation_key IN (SELECT invitation_key FROM invitation WHERE person_key = $1)
