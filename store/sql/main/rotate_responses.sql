-- Sealed texts, in order, after a key.
SELECT response_key, texts
FROM response
WHERE texts <> '' AND response_key > $1
ORDER BY response_key
LIMIT 1000
