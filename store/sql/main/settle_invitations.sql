-- … and, in the same change, that their invitations are answered.
UPDATE invitation
SET unsettled = 0, changed = {change}
WHERE unsettled = 1 AND journey = $1 AND stage = $2 AND survey = $3 AND survey_version = $4
