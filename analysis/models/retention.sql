-- retention: one row a segment member: for each day of joining, day of leaving (as days since 1970; $never: still here) and reason, how many
-- stays, for Go to estimate survival (METHOD 3.8). From red_stay. The lists of a row are in one order, whatever it is.
SELECT segment, member, list(date_diff('day', DATE '1970-01-01', joined_on)) AS joined, list(coalesce(date_diff('day', DATE '1970-01-01', left_on), $never)) AS gone,
    list(left_reason) AS reasons, list(n) AS ns
FROM red_stay GROUP BY segment, member ORDER BY segment, member;
