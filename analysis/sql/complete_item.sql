-- complete_item: temp.item_rows of those who answered everything they were asked of a family (constructs that share items; METHOD 5.2,
-- subset rule): what model item made, less temp.partial_rows, the same of the answers of those who left another item out.
CREATE OR REPLACE TEMP TABLE complete_rows AS
WITH complete AS (
    SELECT i.n - coalesce(p.n, 0) AS n, i.s1 - coalesce(p.s1, 0) AS s1, i.s2 - coalesce(p.s2, 0) AS s2, i.good - coalesce(p.good, 0) AS good, i.bad - coalesce(p.bad, 0) AS bad,
        CASE WHEN p.counts IS NULL THEN i.counts ELSE list_transform(list_zip(i.counts, p.counts), lambda x: x[1] - x[2]) END AS counts,
        i.item, i.who, i.stage_number, i.wave_number
    FROM temp.item_rows i LEFT JOIN temp.partial_rows p USING (item, who, stage_number, wave_number)
)
SELECT n, CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') THEN s1::DOUBLE / n / unit END AS mean,
    CASE WHEN kind IN ('scale', 'number', 'yesno', 'consent') AND n > 1 THEN spread(n, s1, s2, unit) END AS sd,
    CASE WHEN good_from IS NOT NULL THEN good / n END AS favourable,
    CASE WHEN good_from IS NOT NULL THEN (n - good - bad) / n END AS neutral,
    CASE WHEN good_from IS NOT NULL THEN bad / n END AS unfavourable,
    counts, s1, s2, good, bad, item, who, stage_number, wave_number
FROM complete JOIN red_question USING (item) WHERE n > 0 ORDER BY item, who, stage_number, wave_number;
CREATE OR REPLACE TEMP VIEW item_rows AS FROM temp.complete_rows;
-- The table item of these, for the ledger.
CREATE OR REPLACE TEMP VIEW item AS
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, ''),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut UNION ALL SELECT -1, '')
SELECT journey, stage, wave AS period, question, segment, member, n, mean, sd, favourable, neutral, unfavourable, counts
FROM temp.item_rows JOIN red_question USING (item) JOIN whos USING (who) JOIN stages USING (stage_number) JOIN waves USING (wave_number);
