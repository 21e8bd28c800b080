-- The draft of an invitation.
SELECT sealed
FROM draft
WHERE invitation_key = $1
