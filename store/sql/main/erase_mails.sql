-- Erases the mails to a person.
DELETE FROM mail
WHERE invitation_key IN (SELECT invitation_key FROM invitation WHERE person_key = $1)
