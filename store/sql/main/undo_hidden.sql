-- What release $1 no longer showed is shown by the one before.
UPDATE release_figure
SET until = 0
WHERE until = $1
