-- A person as the roster has them now. Nothing changes, and the feed tells nothing, when it already is so.
-- Whether mail bounced and what was declined is kept, but that $9 = 1 (a new address) forgets the bounce.
INSERT INTO person (person_key, role, language, segments, spells, added_at, bounced, declined, changed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, {change})
ON CONFLICT (person_key) DO UPDATE
SET role = excluded.role,
    language = excluded.language,
    segments = excluded.segments,
    spells = excluded.spells,
    bounced = CASE WHEN CAST($9 AS INTEGER) = 1 THEN 0 ELSE person.bounced END,
    changed = excluded.changed
WHERE person.role <> excluded.role
   OR person.language <> excluded.language
   OR person.segments <> excluded.segments
   OR person.spells <> excluded.spells
   OR (person.bounced = 1 AND CAST($9 AS INTEGER) = 1)
