-- One person.
SELECT person_key, role, language, segments, spells, added_at, bounced, declined
FROM person
WHERE person_key = $1
