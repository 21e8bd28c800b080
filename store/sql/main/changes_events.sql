-- The next events of the feed.
SELECT event_key, person_key, kind, on_date, related_key, detail, added_at, CAST(changed AS TEXT)
FROM event
WHERE changed >= CAST(CAST($1 AS TEXT) AS {change_type})
  AND changed < CAST(CAST($2 AS TEXT) AS {change_type})
  AND (changed, event_key) > (CAST(CAST($3 AS TEXT) AS {change_type}), $4)
ORDER BY event.changed, event.event_key
LIMIT $5
