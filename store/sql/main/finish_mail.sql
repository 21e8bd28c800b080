-- What became of a mail. One that was sent stays sent, but that it may bounce.
UPDATE mail
SET state = $2,
    next_at = CASE WHEN $3 = '' THEN next_at ELSE $3 END,
    sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END,
    lease_until = '',
    last_error = $5
WHERE mail_id = $1 AND (state <> 'sent' OR $2 = 'bounced')
