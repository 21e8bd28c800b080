-- How many mails are in each state, and when the first of them is to be sent.
SELECT state, COUNT(*), MIN(next_at)
FROM mail
GROUP BY state
