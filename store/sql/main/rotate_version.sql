-- Texts of an earlier version under another key.
UPDATE response_version
SET texts = $3
WHERE response_key = $1 AND version = $2
