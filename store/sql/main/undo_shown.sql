-- What release $1 showed as new.
DELETE FROM release_figure
WHERE since = $1
