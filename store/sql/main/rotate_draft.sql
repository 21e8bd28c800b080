-- A draft under another key; if it did not change meanwhile ($3 is what it was).
UPDATE draft
SET sealed = $2
WHERE invitation_key = $1 AND sealed = $3
