-- The sealed token of an invitation.
SELECT sealed
FROM token
WHERE invitation_key = $1
