-- silence: one row a construct, pair of following stages, answer or silence, and score: how many people, for Go to compare
-- (METHOD 3.4). From red_silence.
SELECT journey, construct, from_stage, to_stage, stayed, score AS value, sum(n)::BIGINT AS n FROM red_silence GROUP BY ALL ORDER BY ALL;
