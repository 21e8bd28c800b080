-- item: one row a question, stage, period and segment member: the answers to it, raw. Means of scales and numbers, shares
-- on the desirable and the undesirable side (METHOD 2), and the counts of each answer. From red_item, red_cut, red_question.
-- The exact sums come first, of single stages and waves in temp.item_parts and all of them in temp.item_sums, and the rows stay with their numbers in temp.item_rows, for disclosure control. Texts are slow to group by, and several numbers
-- slower than one: spot is who, stage_number and wave_number in one. c0, c1 and so on count the steps of
-- a scale, as many as one of the questions has; questions of more than $most_columns steps are counted in lists. Where only some places moved, $moved_spots takes these,
-- and $moved_items those sums that are not kept from the last analysis.
-- $item_sum holds the sums of n * value * value; sixteen bytes take twice as long as eight.
CREATE OR REPLACE TEMP TABLE item_parts AS
WITH cut AS (SELECT cell, who::BIGINT * 16777216 + stage_number * 4096 + wave_number AS spot FROM red_cut $moved_items),
questions AS (SELECT item, kind <> 'multi' AS one, unit, coalesce(low, 1)::BIGINT AS low, good_from * unit AS good_from, good_to * unit AS good_to,
    bad_from * unit AS bad_from, bad_to * unit AS bad_to FROM red_question),
fine AS (
    SELECT item, spot, value, sum(n)::BIGINT AS n FROM red_item JOIN cut USING (cell) GROUP BY item, spot, value
)
SELECT item, spot // 16777216 AS who, spot // 4096 % 4096 AS stage_number, spot % 4096 AS wave_number,
    sum(CASE WHEN one OR value = 0 THEN n END)::BIGINT AS n, sum(n * value::$item_sum)::$item_sum AS s1, sum(n * value::$item_sum * value)::$item_sum AS s2,
    sum(CASE WHEN value >= good_from AND value <= good_to THEN n ELSE 0 END)::BIGINT AS good,
    sum(CASE WHEN value >= bad_from AND value <= bad_to THEN n ELSE 0 END)::BIGINT AS bad,
    $step_counts
FROM fine JOIN questions USING (item) GROUP BY item, spot;
CREATE OR REPLACE TEMP TABLE item_sums AS
SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, $steps FROM item_parts
UNION ALL
SELECT item, who, coalesce(stage_number, -1), coalesce(wave_number, -1), sum(n)::BIGINT, sum(s1)::$item_sum, sum(s2)::$item_sum, sum(good)::BIGINT, sum(bad)::BIGINT, $step_sums
FROM item_parts GROUP BY GROUPING SETS ((item, who, stage_number), (item, who, wave_number), (item, who));
CREATE OR REPLACE TEMP TABLE item_rows AS
WITH cut AS (SELECT cell, who::BIGINT * 16777216 + stage_number * 4096 + wave_number AS spot FROM red_cut),
wanted AS (
    SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, [$steps] AS counts FROM item_sums $moved_spots
), long AS (
    SELECT item, spot // 16777216 AS who, spot // 4096 % 4096 AS stage_number, spot % 4096 AS wave_number, (value - coalesce(low, 1))::INTEGER AS step, n
    FROM red_item JOIN (SELECT item, low FROM red_question WHERE steps > $most_columns) AS many USING (item) JOIN cut USING (cell)
), stepped AS (
    SELECT item, who, coalesce(stage_number, -1) AS stage_number, coalesce(wave_number, -1) AS wave_number, step, sum(n)::BIGINT AS n FROM long
    GROUP BY GROUPING SETS ((item, who, step, stage_number, wave_number), (item, who, step, stage_number), (item, who, step, wave_number), (item, who, step))
), listed AS (
    SELECT item, who, stage_number, wave_number, map(list(step), list(n)) AS steps_counted FROM stepped GROUP BY item, who, stage_number, wave_number
), counted AS (
    SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, kind, unit, good_from, counts[:steps] AS counts
    FROM wanted JOIN (SELECT item, kind, unit, good_from, steps FROM red_question WHERE steps <= $most_columns) AS few USING (item)
    UNION ALL
    SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, kind, unit, good_from, list_transform(range(steps), lambda s: coalesce(steps_counted[s::INTEGER], 0))
    FROM wanted JOIN (SELECT item, kind, unit, good_from, steps FROM red_question WHERE steps > $most_columns) AS many USING (item)
        JOIN listed USING (item, who, stage_number, wave_number)
    UNION ALL
    SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, kind, unit, good_from, NULL
    FROM wanted JOIN (SELECT item, kind, unit, good_from FROM red_question WHERE steps IS NULL) AS unlisted USING (item)
)
SELECT n, CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') THEN s1::DOUBLE / n / unit END AS mean,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') AND n > 1 THEN spread(n, s1, s2, unit) END AS sd,
    CASE WHEN good_from IS NOT NULL THEN good / n END AS favourable,
    CASE WHEN good_from IS NOT NULL THEN (n - good - bad) / n END AS neutral,
    CASE WHEN good_from IS NOT NULL THEN bad / n END AS unfavourable,
    counts, s1::HUGEINT AS s1, s2::HUGEINT AS s2, good, bad, item, who::INTEGER AS who, stage_number::INTEGER AS stage_number, wave_number::INTEGER AS wave_number
FROM counted WHERE n > 0;
INSERT INTO $stored.item
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, ''),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut UNION ALL SELECT -1, '')
SELECT journey, stage, wave, question, segment, member, n, mean, sd, favourable, neutral, unfavourable, counts
FROM item_rows JOIN red_question USING (item) JOIN whos USING (who) JOIN stages USING (stage_number) JOIN waves USING (wave_number);
