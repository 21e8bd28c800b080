-- change: one row a construct, pair of stages, segment member and difference: how many people changed by it, for Go to test
-- (METHOD 3.1). From red_pair, red_cut, red_construct.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
fine AS (
    SELECT scale, from_stage, to_stage, who, later - earlier AS value, sum(n)::BIGINT AS n FROM red_pair JOIN red_cut USING (cell) GROUP BY ALL
)
SELECT journey, construct, from_stage, to_stage, segment, member, value, n FROM fine JOIN whos USING (who) JOIN red_construct USING (scale) ORDER BY ALL;
