-- The first change that the feed may not tell of yet. There is one writer at a time: all up to the counter is committed.
SELECT CAST(n + 1 AS TEXT)
FROM change_counter
