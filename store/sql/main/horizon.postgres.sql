-- The first change that the feed may not tell of yet: every transaction below the snapshot's xmin is over.
SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT)
