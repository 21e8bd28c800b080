-- Changes nothing of an invitation to an anonymous survey that was answered, but is a write, which is on disk when it is committed.
UPDATE invitation
SET receipt = receipt
WHERE invitation_key = $1
