-- The next erasures of the feed.
SELECT kind, gone_key, erased_at, CAST(changed AS TEXT)
FROM erasure
WHERE changed >= CAST(CAST($1 AS TEXT) AS {change_type})
  AND changed < CAST(CAST($2 AS TEXT) AS {change_type})
  AND (changed, gone_key) > (CAST(CAST($3 AS TEXT) AS {change_type}), $4)
ORDER BY erasure.changed, erasure.gone_key
LIMIT $5
