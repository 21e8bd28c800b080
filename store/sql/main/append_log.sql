-- A line of the audit log. Two writers of one number: the second fails and tries again.
INSERT INTO log (number, at_time, who, what, people, detail, sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7)
