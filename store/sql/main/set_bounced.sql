-- Whether the last address used was refused.
UPDATE person
SET bounced = $2, changed = {change}
WHERE person_key = $1 AND bounced <> $2
