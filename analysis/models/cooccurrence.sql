-- cooccurrence: one row a pair of words, or of themes, that at least three people use in one comment (METHOD 6.4): how many
-- people use each and both, Jaccard = both / either, and NPMI = ln(p_ab / (p_a p_b)) / -ln(p_ab) over commenters. Only words
-- and themes of at least five people. From red_comment.
INSERT INTO cooccurrence
WITH said AS (
    SELECT DISTINCT journey, person, response_key, question, 'word' AS kind, unnest(words) AS item FROM red_comment
    UNION ALL
    SELECT DISTINCT journey, person, response_key, question, 'theme' AS kind, split_part(unnest(themes), ':', 1) AS item FROM red_comment
), everybody AS (
    SELECT journey, count(DISTINCT person)::DOUBLE AS commenters FROM red_comment GROUP BY journey
), counted AS (
    SELECT journey, kind, item, count(DISTINCT person) AS people FROM said GROUP BY journey, kind, item HAVING count(DISTINCT person) >= 5
), often AS (
    SELECT DISTINCT journey, person, response_key, question, kind, item FROM said JOIN counted USING (journey, kind, item)
), pairs AS (
    SELECT x.journey, x.kind, x.item AS item_a, y.item AS item_b, count(DISTINCT x.person) AS both_people
    FROM often AS x JOIN often AS y USING (journey, response_key, question, kind) WHERE x.item < y.item
    GROUP BY ALL HAVING count(DISTINCT x.person) >= 3
), joined AS (
    SELECT p.journey, p.kind, item_a, item_b, a.people AS people_a, b.people AS people_b, both_people, commenters
    FROM pairs AS p JOIN counted AS a ON a.journey = p.journey AND a.kind = p.kind AND a.item = item_a
        JOIN counted AS b ON b.journey = p.journey AND b.kind = p.kind AND b.item = item_b
        JOIN everybody AS e ON e.journey = p.journey
)
SELECT journey, kind, item_a, item_b, people_a, people_b, both_people, both_people / (people_a + people_b - both_people) AS jaccard,
    CASE WHEN both_people < commenters THEN ln(both_people * commenters / (people_a * people_b)) / -ln(both_people / commenters) END AS npmi
FROM joined ORDER BY ALL;
