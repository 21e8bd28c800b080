-- An identity under another key, with its other blind index.
UPDATE identity
SET sealed = $2, blind = $3
WHERE person_key = $1
