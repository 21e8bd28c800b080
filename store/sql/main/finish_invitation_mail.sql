-- The time at which the first mail of an invitation went out.
UPDATE invitation
SET sent_at = $2, updated_at = $2, changed = {change}
WHERE sent_at = ''
  AND invitation_key = (SELECT invitation_key FROM mail WHERE mail_id = $1 AND kind = 'invitation')
