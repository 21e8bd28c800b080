-- item: one row a question, stage, period and segment member: the answers to it, raw. Means of scales and numbers, shares
-- on the desirable and the undesirable side (METHOD 2), and the counts of each answer. From red_item, red_cut, red_question.
-- The rows stay with their numbers in temp.item_rows, for disclosure control.
CREATE OR REPLACE TEMP TABLE item_rows AS
WITH whos AS (SELECT DISTINCT who, journey, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut),
fine AS (
    SELECT item, who, stage_number, wave_number, value, sum(n)::BIGINT AS n FROM red_item JOIN red_cut USING (cell) GROUP BY ALL
), counts AS (
    SELECT item, who, stage_number, wave_number, value, sum(n)::BIGINT AS n FROM fine
    GROUP BY GROUPING SETS ((item, who, value, stage_number, wave_number), (item, who, value, stage_number), (item, who, value, wave_number), (item, who, value))
), summed AS (
    SELECT item, who, stage_number, wave_number,
           sum(CASE WHEN kind <> 'multi' OR value = 0 THEN n END)::BIGINT AS n, sum(n * value::HUGEINT) AS s1, sum(n * value::HUGEINT * value) AS s2,
           coalesce(sum(CASE WHEN value >= good_from * unit AND value <= good_to * unit THEN n END), 0)::BIGINT AS good,
           coalesce(sum(CASE WHEN value >= bad_from * unit AND value <= bad_to * unit THEN n END), 0)::BIGINT AS bad,
           CASE WHEN any_value(steps) IS NOT NULL THEN map(list((value - coalesce(low, 1))::INTEGER), list(n)) END AS steps_counted
    FROM counts JOIN red_question USING (item) GROUP BY item, who, stage_number, wave_number
)
SELECT q.journey, coalesce(stage, '') AS stage, coalesce(wave, '') AS period, question, segment, member, n,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') THEN s1::DOUBLE / n / unit END AS mean,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') AND n > 1 THEN spread(n, s1, s2, unit) END AS sd,
    CASE WHEN good_from IS NOT NULL THEN good / n END AS favourable,
    CASE WHEN good_from IS NOT NULL THEN (n - good - bad) / n END AS neutral,
    CASE WHEN good_from IS NOT NULL THEN bad / n END AS unfavourable,
    CASE WHEN steps IS NOT NULL THEN list_transform(range(steps), lambda s: coalesce(steps_counted[s::INTEGER], 0)) END AS counts,
    item, who, coalesce(stage_number, -1) AS stage_number, coalesce(wave_number, -1) AS wave_number
FROM summed JOIN red_question q USING (item) JOIN whos USING (who) LEFT JOIN stages USING (stage_number) LEFT JOIN waves USING (wave_number)
WHERE n > 0 ORDER BY item, who, stage_number, wave_number;
INSERT INTO item SELECT * EXCLUDE (item, who, stage_number, wave_number) FROM item_rows;
