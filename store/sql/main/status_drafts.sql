-- How many drafts are open.
SELECT COUNT(*)
FROM draft
