-- A release is withdrawn; whether it stays in the basis is $4.
UPDATE release
SET state = 'withdrawn', withdrawn_at = $2, withdrawn_by = $3, basis = $4
WHERE number = $1 AND state <> 'withdrawn'
