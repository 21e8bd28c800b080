-- The counts of release $1, which is past its time.
DELETE FROM release_table
WHERE number = $1
