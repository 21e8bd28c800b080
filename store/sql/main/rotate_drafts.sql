-- Sealed drafts, in order, after a key.
SELECT invitation_key, sealed
FROM draft
WHERE invitation_key > $1
ORDER BY invitation_key
LIMIT 1000
