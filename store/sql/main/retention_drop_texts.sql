-- Erases the texts that were sent before $1; the feed tells of the responses again, without them.
UPDATE response
SET texts = '', changed = CASE WHEN changed IS NULL THEN NULL ELSE {change} END
WHERE texts <> '' AND submitted_at < $1
