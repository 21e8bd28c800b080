-- The releases that a person's answers are behind, those that were withdrawn before they were handed out left out.
SELECT DISTINCT r.number, r.name
FROM release_response l
JOIN response a ON a.response_key = l.response_key
JOIN release r ON r.number >= l.since AND (l.until = 0 OR r.number < l.until)
WHERE a.person_key = $1 AND r.basis = 1
ORDER BY r.number
