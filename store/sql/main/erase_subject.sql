-- Somebody else's invitation about the person is now about nobody known: $2 is a new random key.
UPDATE invitation
SET subject_key = $2, updated_at = $3, changed = {change}
WHERE subject_key = $1
