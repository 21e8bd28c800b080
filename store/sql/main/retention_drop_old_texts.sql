-- Erases the texts of earlier versions that were sent before $1.
UPDATE response_version
SET texts = ''
WHERE texts <> '' AND submitted_at < $1
