-- retention_drop_reviews
-- Erases what was decided about comments that are gone.
DELETE FROM review
WHERE response_key NOT IN (SELECT response_key FROM response WHERE texts <> '')
