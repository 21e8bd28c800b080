-- trend_test: one row a construct, stage and segment member: its quarters with exact sums of the scores, for Go to merge
-- quarters, to test for a trend and to look for signals (METHOD 3.2). From temp.trend_rows (red_score), red_cut, red_construct.
-- The numbers are in the order of what they stand for, and quicker to sort by. The lists of a row are in one order, whatever it is.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut WHERE wave <> ''),
listed AS (
    SELECT scale, who, stage_number, list(wave) AS periods, list(n) AS ns, list(s1::DOUBLE) AS sums
    FROM trend_rows JOIN waves USING (wave_number) WHERE stage_number >= 0 GROUP BY scale, who, stage_number
)
SELECT journey, construct, stage, segment, member, unit, periods, ns, sums
FROM listed JOIN whos USING (who) JOIN stages USING (stage_number) JOIN red_construct USING (scale) ORDER BY journey, construct, stage_number, who;
