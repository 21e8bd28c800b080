-- hypothesis_group: one row a construct or question, stage, wave, segment member and value: how many people, for contrasts
-- between two members (METHOD 4). $1 is the segment, $2 and $3 the members. From red_score, red_item, red_cut.
WITH members AS (SELECT journey, cell, stage, wave, member FROM red_cut WHERE segment = $1 AND (member = $2 OR member = $3))
SELECT 'score' AS source, journey, construct AS id, stage, member AS other, wave, score AS a, 0::BIGINT AS b, sum(n)::BIGINT AS n
FROM red_score JOIN red_construct USING (scale) JOIN members USING (journey, cell) WHERE score IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'answer', journey, question, stage, member, wave, value, 0, sum(n)::BIGINT FROM red_item JOIN red_question USING (item) JOIN members USING (journey, cell) GROUP BY ALL
ORDER BY ALL;
