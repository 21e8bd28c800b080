-- item: one row a question, stage, period and segment member: the answers to it, raw. Means of scales and numbers, shares
-- on the desirable and the undesirable side (METHOD 2), and the counts of each answer. From red_item, red_cut, red_question.
-- Here come the exact sums, of single stages and waves in temp.item_parts and all of them in temp.item_sums; what follows from them, and the names, stand in a
-- view. Texts are slow to group by, and several numbers slower than one: spot is who, stage_number and wave_number in one. c0, c1 and
-- so on count the steps of a scale, as many as one of the questions has, and all else follows from them; of questions of more than $most_columns steps, or without,
-- the sums are s1 and s2, good and bad, and the counts are lists. Where only some places moved, $moved_items takes these.
-- spot has four bytes, in which two million members with twenty stages have room for ten years. $item_sum holds the sums of n * value * value; sixteen bytes take twice as long as eight.
CREATE OR REPLACE TEMP TABLE item_parts AS
WITH places AS (SELECT max(stage_number) + 1 AS stages, max(wave_number) + 1 AS waves FROM red_cut),
cut AS (SELECT cell, (who * stages + stage_number) * waves + wave_number AS spot FROM (SELECT cell, who, stage_number, wave_number FROM red_cut $moved_items) AS c CROSS JOIN places),
questions AS (SELECT item, steps, kind <> 'multi' AS one, unit, coalesce(low, 1)::BIGINT AS low, good_from * unit AS good_from, good_to * unit AS good_to,
    bad_from * unit AS bad_from, bad_to * unit AS bad_to FROM red_question),
few AS (
    SELECT item, cell, CASE WHEN one OR value = 0 THEN n END AS n, $step_counts
    FROM red_item JOIN (SELECT item, one, low FROM questions WHERE steps <= $most_columns) AS q USING (item)
), others AS (
    SELECT item, cell, CASE WHEN one OR value = 0 THEN n END AS n, n * value::$item_sum AS s1, n * value::$item_sum * value AS s2,
        CASE WHEN value >= good_from AND value <= good_to THEN n ELSE 0 END AS good, CASE WHEN value >= bad_from AND value <= bad_to THEN n ELSE 0 END AS bad
    FROM (SELECT * FROM red_item WHERE item IN ($uncounted)) AS r JOIN questions AS q USING (item)
), added AS (
    SELECT item, spot, sum(n)::BIGINT AS n, NULL::$item_sum AS s1, NULL::$item_sum AS s2, NULL::BIGINT AS good, NULL::BIGINT AS bad, $step_sums
    FROM few JOIN cut USING (cell) GROUP BY item, spot
    UNION ALL BY NAME
    SELECT item, spot, sum(n)::BIGINT AS n, sum(s1)::$item_sum AS s1, sum(s2)::$item_sum AS s2, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad
    FROM others JOIN cut USING (cell) GROUP BY item, spot
)
SELECT item, spot // (stages * waves) AS who, spot // waves % stages AS stage_number, spot % waves AS wave_number, n, s1, s2, good, bad, $steps FROM added CROSS JOIN places;
CREATE OR REPLACE TEMP VIEW item_sums AS
SELECT item, who, stage_number, wave_number, n, s1, s2, good, bad, $steps FROM item_parts
UNION ALL
SELECT item, who, coalesce(stage_number, -1), coalesce(wave_number, -1), sum(n)::BIGINT, sum(s1)::$item_sum, sum(s2)::$item_sum, sum(good)::BIGINT, sum(bad)::BIGINT, $step_sums
FROM item_parts GROUP BY GROUPING SETS ((item, who, stage_number), (item, who, wave_number), (item, who));
INSERT INTO $stored.placed_item
WITH long AS (
    SELECT item, who, stage_number, wave_number, (value - coalesce(low, 1))::INTEGER AS step, n
    FROM red_item JOIN (SELECT item, low FROM red_question WHERE steps > $most_columns) AS many USING (item) JOIN red_cut USING (cell)
), stepped AS (
    SELECT item, who, coalesce(stage_number, -1) AS stage_number, coalesce(wave_number, -1) AS wave_number, step, sum(n)::BIGINT AS n FROM long
    GROUP BY GROUPING SETS ((item, who, step, stage_number, wave_number), (item, who, step, stage_number), (item, who, step, wave_number), (item, who, step))
), listed AS (
    SELECT item, who, stage_number, wave_number, map(list(step), list(n)) AS steps_counted FROM stepped GROUP BY item, who, stage_number, wave_number
)
SELECT item, who, stage_number, wave_number, n, $steps, s1, s2, good, bad, $step_lists AS counts FROM item_sums $listed WHERE n > 0;
