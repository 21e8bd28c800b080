-- The personal replies that were asked for, oldest first.
SELECT request_id, person_key, state, created_at, sealed
FROM request
WHERE state <> 'withdrawn'
ORDER BY created_at, request_id
