-- change: one row a construct, pair of stages and segment member: the differences and how many people changed by each, for Go
-- to test (METHOD 3.1). From red_pair, red_cut, red_construct, red_stage. While counting, who and the two stages' places are one
-- number: texts, and several numbers, are slow to group by.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
journeys AS (SELECT scale, journey, construct FROM red_construct),
pairs AS (
    SELECT scale, cell, f."position" * 4096 + t."position" AS stages, later - earlier AS value, sum(n)::BIGINT AS n
    FROM red_pair JOIN journeys USING (scale) JOIN red_stage AS f ON f.journey = journeys.journey AND f.stage = from_stage
        JOIN red_stage AS t ON t.journey = journeys.journey AND t.stage = to_stage GROUP BY scale, cell, stages, value
), fine AS (
    SELECT scale, who::BIGINT * 16777216 + stages AS spot, value, sum(n)::BIGINT AS n FROM pairs JOIN red_cut USING (cell) GROUP BY scale, spot, value
), listed AS (
    SELECT scale, spot // 16777216 AS who, spot // 4096 % 4096 AS from_position, spot % 4096 AS to_position,
        list(value ORDER BY value) AS values, list(n ORDER BY value) AS counts FROM fine GROUP BY scale, spot
)
SELECT journeys.journey, construct, f.stage AS from_stage, t.stage AS to_stage, segment, member, values, counts
FROM listed JOIN whos USING (who) JOIN journeys USING (scale) JOIN red_stage AS f ON f.journey = journeys.journey AND f."position" = from_position
    JOIN red_stage AS t ON t.journey = journeys.journey AND t."position" = to_position
ORDER BY journeys.journey, construct, from_stage, to_stage, segment, member;
