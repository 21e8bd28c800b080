-- Sealed requests, in order, after an id.
SELECT request_id, sealed
FROM request
WHERE request_id > $1
ORDER BY request_id
LIMIT 1000
