-- erase_reviews
-- Erases what was decided about a person's comments.
DELETE FROM review
WHERE response_key IN (SELECT response_key FROM response WHERE person_key = $1)
