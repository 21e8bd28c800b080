-- Somebody else's event that named the person now names nobody known: $2 is a new random key.
UPDATE event
SET related_key = $2, changed = {change}
WHERE related_key = $1
