-- An event, unless the same is there.
INSERT INTO event (event_key, person_key, kind, on_date, related_key, detail, added_at, changed)
VALUES ($1, $2, $3, $4, $5, $6, $7, {change})
ON CONFLICT (person_key, kind, on_date, related_key, detail) DO NOTHING
