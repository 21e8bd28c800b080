-- The files of all releases.
SELECT number, file, language, segment, member, bytes, sha256
FROM release_file
ORDER BY number, file
