-- Lets the feed tell of the anonymous answers of a stage, all in one change, in the order of their random keys.
UPDATE response
SET changed = {change}
WHERE changed IS NULL AND journey = $1 AND stage = $2 AND survey = $3 AND survey_version = $4
