-- The last line of the audit log.
SELECT number, sha256
FROM log
ORDER BY number DESC
LIMIT 1
