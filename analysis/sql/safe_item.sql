-- safe_item: one row of item, without what disclosure control withholds. temp.decision holds the withheld places of the grid
-- by question (figure). Below 20 people n is a band, and counts, which would add up to it, are not shown.
INSERT INTO safe_item
WITH decided AS (
    SELECT i.*, coalesce(d.reason, '') AS withheld, one_sided(favourable, unfavourable) AS shown
    FROM item i JOIN red_question q USING (journey, question)
    JOIN temp.place g ON g.journey = i.journey AND g.segment = i.segment AND g.member = i.member AND g.stage = i.stage
        AND g.grain = (CASE WHEN i.period = '' THEN '' ELSE 'quarter' END) AND g.period = i.period
    LEFT JOIN temp.decision d ON d.figure = q.item AND d.place = g.place
)
SELECT journey, stage, period, question, segment, member, CASE WHEN withheld = '' AND n >= 20 THEN n END,
    CASE WHEN withheld = '' THEN mean END, CASE WHEN withheld = '' THEN sd END,
    CASE WHEN withheld = '' AND shown = '' THEN favourable END, CASE WHEN withheld = '' AND shown = '' THEN neutral END,
    CASE WHEN withheld = '' AND shown = '' THEN unfavourable END, CASE WHEN withheld = '' AND shown = '' AND n >= 20 THEN counts END,
    CASE WHEN withheld = '' THEN band(n) ELSE '' END, CASE WHEN withheld = '' THEN shown ELSE '' END, withheld
FROM decided ORDER BY journey, stage, period, question, segment, member;
