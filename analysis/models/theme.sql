-- theme: one row a theme, valence, stage, period and segment member: how many comments and people speak of it so, among how
-- many who left a comment (METHOD 6.2). A person counts once, whatever was written. From red_comment, red_cut.
INSERT INTO theme
WITH placed AS (
    SELECT journey, stage, wave AS period, segment, member, person, response_key, question, themes
    FROM (SELECT journey, cell, segment, member FROM red_cut) AS cut JOIN red_comment USING (journey, cell)
), left_any AS (
    SELECT journey, coalesce(stage, '') AS stage, coalesce(period, '') AS period, segment, member, count(DISTINCT person) AS commenters
    FROM placed
    GROUP BY GROUPING SETS ((journey, segment, member, stage, period), (journey, segment, member, stage), (journey, segment, member, period), (journey, segment, member))
), spoken AS (
    SELECT DISTINCT journey, stage, period, segment, member, person, response_key, question, unnest(themes) AS spoken FROM placed
), counted AS (
    SELECT journey, coalesce(stage, '') AS stage, coalesce(period, '') AS period, segment, member,
        split_part(spoken, ':', 1) AS theme, split_part(spoken, ':', 2) AS valence,
        count(DISTINCT response_key || ' ' || question) AS comments, count(DISTINCT person) AS people
    FROM spoken
    GROUP BY GROUPING SETS ((journey, segment, member, spoken, stage, period), (journey, segment, member, spoken, stage), (journey, segment, member, spoken, period), (journey, segment, member, spoken))
)
SELECT journey, stage, period, theme, valence, segment, member, comments, people, commenters
FROM counted JOIN left_any USING (journey, stage, period, segment, member)
ORDER BY ALL;
