-- Marks the invitation to an anonymous survey answered, once. Neither the feed nor the time tells when it was.
UPDATE invitation
SET status = 'answered', receipt = $2, unsettled = 1
WHERE invitation_key = $1 AND mode = 'anonymous' AND receipt = ''
