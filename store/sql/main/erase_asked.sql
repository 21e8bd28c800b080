-- A person's invitations behind response rates of releases become numbers.
INSERT INTO release_gone (cell_key, since, until, n)
SELECT cell_key, since, until, COUNT(*)
FROM release_response
WHERE response_key IN (SELECT invitation_key FROM invitation WHERE person_key = $1)
GROUP BY cell_key, since, until
ON CONFLICT (cell_key, since, until) DO UPDATE
SET n = release_gone.n + excluded.n
