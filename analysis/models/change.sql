-- change: one row a construct, pair of stages, segment member and difference: how many people changed by it, for Go to test
-- (METHOD 3.1). From red_pair, red_cut.
SELECT journey, construct, from_stage, to_stage, segment, member, later - earlier AS value, sum(n)::BIGINT AS n
FROM red_pair JOIN red_cut USING (journey, cell) GROUP BY ALL ORDER BY ALL;
