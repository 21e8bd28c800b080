-- trend_test: one row a construct, stage, segment member and quarter: exact sums of the scores, for Go to merge quarters, to
-- test for a trend and to look for signals (METHOD 3.2). From temp.score_sums (red_score), red_cut, red_construct.
-- The numbers are in the order of what they stand for, and quicker to sort by.
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut WHERE wave <> '')
SELECT journey, construct, stage, segment, member, wave AS period, n, s1::DOUBLE / unit AS total
FROM score_sums JOIN whos USING (who) JOIN stages USING (stage_number) JOIN waves USING (wave_number) JOIN red_construct USING (scale)
WHERE grain = 'quarter' AND n > 0 ORDER BY journey, construct, stage_number, who, wave_number;
