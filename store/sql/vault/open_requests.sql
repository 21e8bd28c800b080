-- How many requests of a slot are open.
SELECT COUNT(*)
FROM request
WHERE slot = $1 AND state = 'open'
