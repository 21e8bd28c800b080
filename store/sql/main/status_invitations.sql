-- How many invitations are in each state.
SELECT status, COUNT(*)
FROM invitation
GROUP BY status
