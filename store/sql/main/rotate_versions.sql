-- Sealed texts of earlier versions, in order, after a key.
SELECT response_key, version, texts
FROM response_version
WHERE texts <> '' AND (response_key, version) > ($1, $2)
ORDER BY response_key, version
LIMIT 1000
