-- comparison: one row a construct, stage, segment member and score: how many have it, for Go to compare each member with
-- everybody else (METHOD 3.3) and to shrink (METHOD 3.5). From red_score, red_cut, red_construct.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
fine AS (
    SELECT scale, stage_number, who, score AS value, sum(n)::BIGINT AS n FROM red_score JOIN red_cut USING (cell) WHERE score IS NOT NULL GROUP BY ALL
)
SELECT journey, construct, stage, segment, member, value, n
FROM fine JOIN whos USING (who) JOIN stages USING (stage_number) JOIN red_construct USING (scale) ORDER BY ALL;
