-- comparison: one row a construct, stage, segment member and score: how many have it, for Go to compare each member with
-- everybody else (METHOD 3.3) and to shrink (METHOD 3.5). From red_score, red_cut.
SELECT journey, construct, stage, segment, member, score AS value, sum(n)::BIGINT AS n
FROM red_score JOIN red_cut USING (journey, cell) WHERE score IS NOT NULL GROUP BY ALL ORDER BY ALL;
