-- nonresponse: one row a stage, period, segment and member: asked and answered, for Go to test whether the members answer at
-- different rates (METHOD 3.4). From red_rate, red_cut.
SELECT journey, coalesce(stage, '') AS stage, coalesce(wave, '') AS period, segment, member, sum(invited)::BIGINT AS invited, sum(answered)::BIGINT AS answered
FROM red_rate JOIN red_cut USING (journey, cell) WHERE segment <> ''
GROUP BY GROUPING SETS ((journey, stage, wave, segment, member), (journey, stage, segment, member), (journey, wave, segment, member), (journey, segment, member))
HAVING sum(invited) > 0 ORDER BY ALL;
