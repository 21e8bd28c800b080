-- Anonymous surveys with answers that the feed does not tell of yet: how many, and whether the last invitation has closed by $1.
SELECT i.journey, i.stage, i.survey, i.survey_version,
    SUM(i.unsettled),
    CASE WHEN MAX(i.closes_on) < $1 THEN 1 ELSE 0 END
FROM invitation AS i
WHERE i.mode = 'anonymous'
GROUP BY i.journey, i.stage, i.survey, i.survey_version
HAVING SUM(i.unsettled) > 0
ORDER BY i.journey, i.stage, i.survey, i.survey_version
