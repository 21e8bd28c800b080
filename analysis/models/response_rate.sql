-- response_rate: one row a stage, period and segment member: how many of those asked answered, with Wilson's interval
-- (METHOD 2). Stage '' sums over the stages, period '' over all quarters. From red_rate, red_cut.
INSERT INTO response_rate
WITH counts AS (
    SELECT journey, stage, wave AS period, segment, member, sum(invited)::BIGINT AS invited, sum(answered)::BIGINT AS answered
    FROM red_rate JOIN red_cut USING (journey, cell)
    GROUP BY GROUPING SETS ((journey, stage, wave, segment, member), (journey, stage, segment, member), (journey, wave, segment, member), (journey, segment, member))
), named AS (
    SELECT journey, coalesce(stage, '') AS stage, coalesce(period, '') AS period, segment, member, invited, answered, answered / invited AS rate
    FROM counts WHERE invited > 0
)
SELECT journey, stage, period, segment, member, invited, answered, rate, wilson_low(answered, invited), wilson_high(answered, invited)
FROM named ORDER BY ALL;
