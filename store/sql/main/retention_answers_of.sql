-- How many responses a person has.
SELECT COUNT(*)
FROM response
WHERE person_key = $1
