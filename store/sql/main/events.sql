-- All events, oldest first.
SELECT event_key, person_key, kind, on_date, related_key, detail, added_at
FROM event
ORDER BY on_date, event_key
