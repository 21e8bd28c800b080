-- When the first line of the audit log was written.
SELECT at_time
FROM log
ORDER BY number
LIMIT 1
