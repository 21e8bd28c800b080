-- A draft is gone once its answers are in.
DELETE FROM draft
WHERE invitation_key = $1
