-- recommend: one row a 0-10 question marked recommend, stage, period and segment member: promoters (9, 10) minus detractors
-- (0-6) in points, with a t interval of the scores +1, 0, -1 (METHOD 2). From red_item, red_cut, red_question.
INSERT INTO recommend
WITH answers AS (
    SELECT journey, question, cell, value / unit AS value, n FROM red_item JOIN red_question USING (item) WHERE recommend
), counts AS (
    SELECT journey, question, stage, wave, segment, member, sum(n)::BIGINT AS n, coalesce(sum(n) FILTER (value >= 9), 0)::BIGINT AS promoters,
           coalesce(sum(n) FILTER (value > 6 AND value < 9), 0)::BIGINT AS passives, coalesce(sum(n) FILTER (value <= 6), 0)::BIGINT AS detractors
    FROM answers JOIN red_cut USING (journey, cell)
    GROUP BY GROUPING SETS ((journey, question, stage, wave, segment, member), (journey, question, stage, segment, member),
                            (journey, question, wave, segment, member), (journey, question, segment, member))
), scored AS (
    SELECT *, 100 * (promoters - detractors) / n AS score,
           t_quantile(n - 1.0) * 100 * spread(n, promoters - detractors, promoters + detractors, 1) / sqrt(n) AS margin
    FROM counts
)
SELECT journey, question, coalesce(stage, ''), coalesce(wave, ''), segment, member, n, promoters, passives, detractors, score, score - margin, score + margin
FROM scored ORDER BY ALL;
