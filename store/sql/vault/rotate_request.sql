-- A request under another key.
UPDATE request
SET sealed = $2
WHERE request_id = $1
