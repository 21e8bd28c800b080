-- All sealed surveys.
SELECT journey, survey, version, mode, sha256, sealed_at
FROM survey_seal
ORDER BY journey, survey, version
