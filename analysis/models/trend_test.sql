-- trend_test: one row a construct, stage, segment member and quarter: exact sums of the scores, for Go to merge quarters, to
-- test for a trend and to look for signals (METHOD 3.2). From red_score, red_cut, red_construct.
SELECT journey, construct, stage, segment, member, wave AS period, sum(n)::BIGINT AS n, sum(n * score::HUGEINT)::DOUBLE / any_value(unit) AS total
FROM red_score JOIN red_cut USING (journey, cell) JOIN red_construct USING (journey, construct)
WHERE score IS NOT NULL AND wave <> '' GROUP BY journey, construct, stage, segment, member, wave ORDER BY ALL;
