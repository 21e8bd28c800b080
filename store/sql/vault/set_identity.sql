-- What is now known of a person.
UPDATE identity
SET sealed = $2
WHERE person_key = $1
