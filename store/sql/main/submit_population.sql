-- Who is asked at a stage: how many with the same segments and language.
SELECT segments, language, COUNT(*)
FROM invitation
WHERE journey = $1 AND stage = $2 AND survey = $3 AND survey_version = $4
GROUP BY segments, language
ORDER BY segments, language
