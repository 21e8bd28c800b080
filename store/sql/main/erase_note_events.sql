-- Tells the feed that a person's events are gone.
INSERT INTO erasure (kind, gone_key, erased_at, changed)
SELECT 'event', {random_key}, $2, {change}
FROM event
WHERE person_key = $1
ON CONFLICT (kind, gone_key) DO NOTHING
