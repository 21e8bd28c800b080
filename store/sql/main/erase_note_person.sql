-- Tells the feed that a person is gone.
INSERT INTO erasure (kind, gone_key, erased_at, changed)
SELECT 'person', {random_key}, $2, {change}
FROM person
WHERE person_key = $1
ON CONFLICT (kind, gone_key) DO NOTHING
