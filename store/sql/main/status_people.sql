-- How many people there are, and to how many no mail can be sent.
SELECT COUNT(*), COALESCE(SUM(bounced), 0)
FROM person
