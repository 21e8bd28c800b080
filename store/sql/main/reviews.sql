-- reviews
-- What was decided about comments.
SELECT response_key, question, text_check, themes, cleared, reviewed_at
FROM review
ORDER BY response_key, question
