-- How many responses there are, and when the last one came that is not anonymous.
SELECT COUNT(*), COALESCE(MAX(CASE WHEN mode <> 'anonymous' THEN submitted_at END), '')
FROM response
