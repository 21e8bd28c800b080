-- commenter: one row a stage, period and segment member: how many people left a comment. From red_comment, red_cut.
SELECT journey, coalesce(stage, '') AS stage, coalesce(period, '') AS period, segment, member, count(DISTINCT person)::BIGINT AS commenters
FROM (SELECT journey, stage, wave AS period, segment, member, person
      FROM red_comment JOIN (SELECT journey, cell, segment, member FROM red_cut) AS cut USING (journey, cell)) AS placed
GROUP BY GROUPING SETS ((journey, segment, member, stage, period), (journey, segment, member, stage), (journey, segment, member, period), (journey, segment, member))
ORDER BY ALL;
