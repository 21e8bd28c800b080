-- The sealed token of an invitation.
INSERT INTO token (invitation_key, person_key, sealed)
VALUES ($1, $2, $3)
