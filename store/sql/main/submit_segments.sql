-- The segments, as of due, and the language of an invitation.
SELECT segments, language
FROM invitation
WHERE invitation_key = $1
