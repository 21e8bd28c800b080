-- The personal replies that one set of answers asked for, oldest first.
SELECT request_id, person_key, state, created_at, sealed
FROM request
WHERE slot = $1 AND state <> 'withdrawn'
ORDER BY created_at, request_id
