-- item: one row a question, stage, period and segment member: the answers to it, raw. Means of scales and numbers, shares
-- on the desirable and the undesirable side (METHOD 2), and the counts of each answer. From red_item, red_cut, red_question.
INSERT INTO item
WITH counts AS (
    SELECT journey, question, stage, wave AS period, segment, member, value, sum(n)::BIGINT AS n
    FROM red_item JOIN red_cut USING (journey, cell)
    GROUP BY GROUPING SETS ((journey, question, value, stage, wave, segment, member), (journey, question, value, stage, segment, member),
                            (journey, question, value, wave, segment, member), (journey, question, value, segment, member))
), valued AS (
    SELECT c.*, q.kind, q.unit, q.low, q.steps, q.good_from, q."position",
           value / unit BETWEEN good_from AND good_to AS good, value / unit BETWEEN bad_from AND bad_to AS bad,
           value / unit - coalesce(low, 1) + 1 AS step
    FROM counts c JOIN red_question q USING (journey, question)
), summed AS (
    SELECT journey, coalesce(stage, '') AS stage, coalesce(period, '') AS period, question, segment, member,
           any_value(kind) AS kind, any_value(unit) AS unit, any_value(steps) AS steps, any_value(good_from) AS good_from,
           sum(n) FILTER (kind <> 'multi' OR value = 0)::BIGINT AS n,
           sum(n * value::HUGEINT) AS s1, sum(n * value::HUGEINT * value) AS s2,
           sum(n) FILTER (good)::BIGINT AS good, sum(n) FILTER (bad)::BIGINT AS bad,
           list({'step': step, 'n': n} ORDER BY step) FILTER (kind <> 'multi' OR value > 0) AS steps_counted
    FROM valued GROUP BY ALL
)
SELECT journey, stage, period, question, segment, member, n,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') THEN s1::DOUBLE / n / unit END AS mean,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') AND n > 1 THEN spread(n, s1, s2, unit) END AS sd,
    CASE WHEN good_from IS NOT NULL THEN coalesce(good, 0) / n END AS favourable,
    CASE WHEN good_from IS NOT NULL THEN (n - coalesce(good, 0) - coalesce(bad, 0)) / n END AS neutral,
    CASE WHEN good_from IS NOT NULL THEN coalesce(bad, 0) / n END AS unfavourable,
    CASE WHEN steps IS NOT NULL THEN list_transform(range(1, steps + 1), lambda s: coalesce(list_filter(steps_counted, lambda c: c.step = s)[1].n, 0)) END AS counts
FROM summed WHERE n > 0 ORDER BY ALL;
