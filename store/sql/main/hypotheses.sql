-- When each wording of the hypotheses of a journey was seen first.
SELECT hypothesis, sha256, first_seen
FROM hypothesis
WHERE journey = $1
