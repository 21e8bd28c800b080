-- change: one row a construct, pair of stages and segment member: the differences and how many people changed by each, for Go
-- to test (METHOD 3.1). From red_pair, red_cut, red_construct, red_stage. While counting, who and the two stages are one
-- number: texts, and several numbers, are slow to group by. The lists of a row are in one order, whatever it is: Go sorts them in less time.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
fine AS (
    SELECT scale, who::BIGINT * 16777216 + stages AS spot, later - earlier AS value, sum(n)::BIGINT AS n FROM red_pair JOIN red_cut USING (cell) GROUP BY scale, spot, value
), listed AS (
    SELECT scale, spot // 16777216 AS who, spot % 16777216 AS stages, list(value) AS values, list(n) AS counts FROM fine GROUP BY scale, spot
)
SELECT journey, construct, f.stage AS from_stage, t.stage AS to_stage, segment, member, values, counts
FROM listed JOIN whos USING (who) JOIN red_construct USING (scale) JOIN red_stage AS f USING (journey) JOIN red_stage AS t USING (journey)
WHERE f."position" = stages // $places AND t."position" = stages % $places
ORDER BY journey, construct, from_stage, to_stage, segment, member;
