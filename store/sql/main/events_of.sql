-- The events about a person, oldest first.
SELECT event_key, person_key, kind, on_date, related_key, detail, added_at
FROM event
WHERE person_key = $1
ORDER BY on_date, event_key
