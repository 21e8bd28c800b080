-- The next people of the feed: changed above $1 and below $2, after ($3, $4).
-- The table is named in ORDER BY: a plain "changed" is the text of the SELECT list to PostgreSQL, in which 1000 comes before 999.
SELECT person_key, role, language, segments, spells, added_at, bounced, declined, CAST(changed AS TEXT)
FROM person
WHERE changed >= CAST(CAST($1 AS TEXT) AS {change_type})
  AND changed < CAST(CAST($2 AS TEXT) AS {change_type})
  AND (changed, person_key) > (CAST(CAST($3 AS TEXT) AS {change_type}), $4)
ORDER BY person.changed, person.person_key
LIMIT $5
