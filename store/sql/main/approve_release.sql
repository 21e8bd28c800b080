-- A prepared release is handed out.
UPDATE release
SET state = 'approved', approved_at = $2, approved_by = $3
WHERE number = $1 AND state = 'prepared'
