-- How far an invitation has come. What is answered stays answered, unless it is cancelled.
UPDATE invitation
SET status = $2, updated_at = $3, changed = {change}
WHERE invitation_key = $1 AND status <> $2 AND (status <> 'answered' OR $2 = 'cancelled')
