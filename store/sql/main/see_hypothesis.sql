-- The first time that a hypothesis was seen in this wording.
INSERT INTO hypothesis (journey, hypothesis, sha256, first_seen)
VALUES ($1, $2, $3, $4)
ON CONFLICT (journey, hypothesis, sha256) DO NOTHING
