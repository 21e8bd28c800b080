-- retention: one row a segment member, day of joining, day and reason of leaving: how many stays, for Go to estimate survival
-- (METHOD 3.8). From red_stay.
SELECT segment, member, joined_on, left_on, left_reason, n FROM red_stay ORDER BY ALL;
