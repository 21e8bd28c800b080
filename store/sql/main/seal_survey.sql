-- Seals a version of a survey, once.
INSERT INTO survey_seal (journey, survey, version, mode, sha256, sealed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (journey, survey, version) DO NOTHING
