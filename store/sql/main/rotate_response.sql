-- Texts under another key; if they did not change meanwhile ($3 is what they were).
UPDATE response
SET texts = $2
WHERE response_key = $1 AND texts = $3
