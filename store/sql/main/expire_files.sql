-- The list of files of release $1, which is past its time.
DELETE FROM release_file
WHERE number = $1
