-- comparison: one row a construct, stage and segment member: the scores and how many have each, for Go to compare each member
-- with everybody else (METHOD 3.3) and to shrink (METHOD 3.5). From red_score, red_cut, red_construct. While counting, who and
-- stage_number are one number: several are slow to group by. The lists of a row are in one order, whatever it is: Go sorts them in less time.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
cut AS (SELECT cell, who::BIGINT * 4096 + stage_number AS spot FROM red_cut),
fine AS (
    SELECT scale, spot, score AS value, sum(n)::BIGINT AS n FROM red_score JOIN cut USING (cell) WHERE score IS NOT NULL GROUP BY scale, spot, score
), listed AS (
    SELECT scale, spot // 4096 AS who, spot % 4096 AS stage_number, list(value) AS values, list(n) AS counts FROM fine GROUP BY scale, spot
)
SELECT journey, construct, stage, segment, member, values, counts
FROM listed JOIN whos USING (who) JOIN stages USING (stage_number) JOIN red_construct USING (scale) ORDER BY journey, construct, stage, segment, member;
