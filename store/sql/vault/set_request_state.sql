-- open or done.
UPDATE request
SET state = $2
WHERE request_id = $1
