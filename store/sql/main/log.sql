-- The audit log, oldest first.
SELECT number, at_time, who, what, people, detail, sha256
FROM log
ORDER BY number
