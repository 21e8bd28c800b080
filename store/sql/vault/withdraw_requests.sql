-- The requests of the version of the answers that is about to be replaced; what is asked for again opens again.
UPDATE request
SET state = 'withdrawn'
WHERE slot = $1 AND state = 'open'
