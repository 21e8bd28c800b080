-- Tells the feed that a person's invitations are gone.
INSERT INTO erasure (kind, gone_key, erased_at, changed)
SELECT 'invitation', {random_key}, $2, {change}
FROM invitation
WHERE person_key = $1
ON CONFLICT (kind, gone_key) DO NOTHING
