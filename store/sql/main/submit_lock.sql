-- Locks the response of a slot until the commit.
UPDATE response
SET slot = slot
WHERE slot = $1
