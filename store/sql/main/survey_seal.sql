-- What a version of a survey was sealed with.
SELECT mode, sha256, sealed_at
FROM survey_seal
WHERE journey = $1 AND survey = $2 AND version = $3
