-- What is to be sent now: pending ones whose time has come, and those whose sender did not come back.
SELECT mail_id, invitation_key, kind, number, message_id, state, attempts, next_at, sent_at, last_error, created_at
FROM mail
WHERE (state = 'pending' AND next_at <= $1)
   OR (state = 'sending' AND lease_until <= $1)
ORDER BY next_at, mail_id
LIMIT $2
