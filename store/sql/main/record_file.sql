-- A file of a release; one written again is as it was written last.
INSERT INTO release_file (number, file, language, segment, member, bytes, sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (number, file) DO UPDATE
SET language = excluded.language, segment = excluded.segment, member = excluded.member, bytes = excluded.bytes, sha256 = excluded.sha256
