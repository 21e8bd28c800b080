-- Marks the invitation answered. The row is locked by it until the commit, so that one submission at a time is written for it.
UPDATE invitation
SET status = 'answered', updated_at = $2,
    changed = CASE WHEN status = 'answered' THEN changed ELSE {change} END
WHERE invitation_key = $1 AND mode <> 'anonymous'
