-- The current version in a slot.
SELECT response_key, submission_id, version
FROM response
WHERE slot = $1
