-- Mails; the conditions of the filter follow.
SELECT mail_id, invitation_key, kind, number, message_id, state, attempts, next_at, sent_at, last_error, created_at
FROM mail
