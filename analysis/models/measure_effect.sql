-- measure_effect: one row a measure, construct, pair of stages, when the person had the measure ('all' for whoever), and pair of
-- scores: how many people, for Go to compare the changes (METHOD 3.7). From red_exposed, red_pair, red_construct.
WITH had AS (SELECT DISTINCT measure, scale, from_stage, to_stage FROM red_exposed),
pairs AS (
    SELECT measure, scale, from_stage, to_stage, had, earlier, later, sum(n)::BIGINT AS n FROM red_exposed GROUP BY ALL
    UNION ALL
    SELECT measure, scale, from_stage, to_stage, 'all', earlier, later, sum(n)::BIGINT
    FROM red_pair JOIN had USING (scale, from_stage, to_stage) GROUP BY ALL
)
SELECT journey, measure, construct, from_stage, to_stage, had, earlier, later, n FROM pairs JOIN red_construct USING (scale) ORDER BY ALL;
