-- A token under another key.
UPDATE token
SET sealed = $2
WHERE invitation_key = $1
