-- A mail to be sent, unless it is queued already.
INSERT INTO mail (mail_id, invitation_key, kind, number, message_id, state, attempts, next_at, lease_until, sent_at, last_error, created_at)
VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, '', '', '', $7)
ON CONFLICT (invitation_key, kind, number) DO NOTHING
