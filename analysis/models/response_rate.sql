-- response_rate: one row a stage, period and segment member: how many of those asked answered, with Wilson's interval
-- (METHOD 2). Stage '' sums over the stages, period '' over all quarters. From red_rate, red_cut. While counting, who, stage and wave are numbers,
-- of which -1 is all, and first one number: texts, and several numbers, are slow to group by. Numbers are in the order of the names.
INSERT INTO response_rate
WITH whos AS (SELECT DISTINCT who, journey, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, ''),
waves AS (SELECT DISTINCT wave_number, wave AS period FROM red_cut UNION ALL SELECT -1, ''),
cut AS (SELECT cell, who::BIGINT * 16777216 + stage_number * 4096 + wave_number AS spot FROM red_cut),
parts AS (
    SELECT (spot // 16777216)::INTEGER AS who, (spot // 4096 % 4096)::INTEGER AS stage_number, (spot % 4096)::INTEGER AS wave_number, invited, answered
    FROM (SELECT spot, sum(invited)::BIGINT AS invited, sum(answered)::BIGINT AS answered FROM red_rate JOIN cut USING (cell) GROUP BY spot) AS added
), counts AS (
    SELECT who, coalesce(stage_number, -1) AS stage_number, coalesce(wave_number, -1) AS wave_number, sum(invited)::BIGINT AS invited, sum(answered)::BIGINT AS answered
    FROM parts GROUP BY GROUPING SETS ((who, stage_number, wave_number), (who, stage_number), (who, wave_number), (who))
)
SELECT journey, stage, period, segment, member, invited, answered, answered / invited, wilson_low(answered, invited), wilson_high(answered, invited)
FROM counts JOIN whos USING (who) JOIN stages USING (stage_number) JOIN waves USING (wave_number) WHERE invited > 0 ORDER BY journey, stage_number, wave_number, who;
