-- measure_effect: one row a measure, construct, pair of stages, when the person had the measure ('all' for whoever), and pair of
-- scores: how many people, for Go to compare the changes (METHOD 3.7). From red_exposed, red_pair, red_construct,
-- red_stage.
WITH had AS (SELECT DISTINCT measure, scale, stages FROM red_exposed),
pairs AS (
    SELECT measure, scale, stages, had, earlier, later, sum(n)::BIGINT AS n FROM red_exposed GROUP BY ALL
    UNION ALL
    SELECT measure, scale, stages, 'all', earlier, later, sum(n)::BIGINT
    FROM red_pair JOIN had USING (scale, stages) GROUP BY ALL
)
SELECT journey, measure, construct, f.stage AS from_stage, t.stage AS to_stage, had, earlier, later, n
FROM pairs JOIN red_construct USING (scale) JOIN red_stage AS f USING (journey) JOIN red_stage AS t USING (journey)
WHERE f."position" = stages // $places AND t."position" = stages % $places ORDER BY ALL;
