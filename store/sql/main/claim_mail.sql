-- Takes a due mail for sending; nobody else gets it before the lease is over.
UPDATE mail
SET state = 'sending', attempts = attempts + 1, lease_until = $3
WHERE mail_id = $1
  AND ((state = 'pending' AND next_at <= $2) OR (state = 'sending' AND lease_until <= $2))
