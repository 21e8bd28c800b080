-- Tells the feed that a person's responses are gone.
INSERT INTO erasure (kind, gone_key, erased_at, changed)
SELECT 'response', {random_key}, $2, {change}
FROM response
WHERE person_key = $1
ON CONFLICT (kind, gone_key) DO NOTHING
