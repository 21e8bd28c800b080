-- save_review
-- What was decided about a comment. What is '' stays as it was, unless that was about another wording.
INSERT INTO review (response_key, question, text_check, themes, cleared, reviewed_at)
SELECT response_key, $2, $3, $4, $5, $6
FROM response
WHERE response_key = $1
ON CONFLICT (response_key, question) DO UPDATE
SET themes = CASE WHEN excluded.themes = '' AND review.text_check = excluded.text_check THEN review.themes ELSE excluded.themes END,
    cleared = CASE WHEN excluded.cleared = '' AND review.text_check = excluded.text_check THEN review.cleared ELSE excluded.cleared END,
    text_check = excluded.text_check,
    reviewed_at = excluded.reviewed_at
