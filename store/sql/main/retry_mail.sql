-- Sends again what failed or bounced.
UPDATE mail
SET state = 'pending', next_at = $2, attempts = 0, last_error = ''
WHERE mail_id = $1 AND state IN ('failed', 'bounced')
