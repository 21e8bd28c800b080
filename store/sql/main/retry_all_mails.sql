-- Sends again all that failed.
UPDATE mail
SET state = 'pending', next_at = $1, attempts = 0, last_error = ''
WHERE state = 'failed'
