-- Everybody, by key.
SELECT person_key, role, language, segments, spells, added_at, bounced, declined
FROM person
ORDER BY person_key
