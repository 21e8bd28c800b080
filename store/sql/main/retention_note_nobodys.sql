-- Tells the feed that the responses of nobody known that were sent before $1 are gone.
INSERT INTO erasure (kind, gone_key, erased_at, changed)
SELECT 'response', {random_key}, $2, {change}
FROM response
WHERE person_key IS NULL AND submitted_at < $1
ON CONFLICT (kind, gone_key) DO NOTHING
