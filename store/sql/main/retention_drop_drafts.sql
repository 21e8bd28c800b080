-- Erases the drafts of invitations that closed before $1.
DELETE FROM draft
WHERE invitation_key IN (SELECT invitation_key FROM invitation WHERE closes_on < $1)
