-- keyness: one row a stage and word that at least five commenters use: how many commenters of the stage use it there, and how
-- many of all the others, who left no comment at this stage, use it anywhere (METHOD 6.3: a person counts once, on one side). From
-- red_comment. What is computed from these counts follows in Go.
WITH commenter AS (
    SELECT DISTINCT journey, stage, person FROM red_comment
), everybody AS (
    SELECT journey, count(DISTINCT person) AS everybody FROM commenter GROUP BY journey
), target AS (
    SELECT journey, stage, count(*) AS commenters FROM commenter GROUP BY journey, stage
), used_at AS (
    SELECT DISTINCT journey, stage, person, unnest(words) AS word FROM red_comment
), used AS (
    SELECT DISTINCT journey, person, word FROM used_at
), users AS (
    SELECT journey, word, count(*) AS users FROM used GROUP BY journey, word HAVING count(*) >= 5
), here AS (
    SELECT journey, stage, word, count(*) AS people FROM used_at GROUP BY journey, stage, word
), inside AS (
    SELECT journey, stage, word, count(*) AS users_inside FROM used JOIN commenter USING (journey, person) GROUP BY journey, stage, word
), counted AS (
    SELECT journey, stage, word, coalesce(people, 0)::BIGINT AS people, commenters::BIGINT AS commenters,
        (users - coalesce(users_inside, 0))::BIGINT AS rest_people, (everybody - commenters)::BIGINT AS rest_commenters
    FROM target JOIN everybody USING (journey) JOIN users USING (journey)
        LEFT JOIN here USING (journey, stage, word) LEFT JOIN inside USING (journey, stage, word)
)
SELECT journey, stage, word, people, commenters, rest_people, rest_commenters, NULL::DOUBLE AS g2, NULL::DOUBLE AS log_ratio, NULL::DOUBLE AS p, NULL::DOUBLE AS q,
    '' AS withheld, '' AS carried
FROM counted WHERE people + rest_people >= 5 AND rest_commenters > 0 ORDER BY ALL;
