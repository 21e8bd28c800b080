-- The figures of a release are written out; the first time counts.
UPDATE release
SET exported_at = $2
WHERE number = $1 AND state <> 'withdrawn' AND exported_at = ''
