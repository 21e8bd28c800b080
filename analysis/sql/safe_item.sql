-- safe_item: one row of item, without what disclosure control withholds. temp.decision holds the withheld places of the grid
-- by question (figure). Below 20 people n is a band, and counts, which would add up to it, are not shown.
INSERT INTO safe_item
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, ''),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut UNION ALL SELECT -1, ''),
decided AS (
    SELECT i.*, coalesce(d.reason, '') AS withheld, one_sided(favourable, unfavourable) AS shown
    FROM temp.item_rows i LEFT JOIN temp.spot s USING (who, stage_number, wave_number) LEFT JOIN temp.decision d ON d.figure = i.item AND d.place = s.place
)
SELECT journey, stage, wave, question, segment, member, CASE WHEN withheld = '' AND n >= 20 THEN n END,
    CASE WHEN withheld = '' THEN mean END, CASE WHEN withheld = '' THEN sd END,
    CASE WHEN withheld = '' AND shown = '' THEN favourable END, CASE WHEN withheld = '' AND shown = '' THEN neutral END,
    CASE WHEN withheld = '' AND shown = '' THEN unfavourable END, CASE WHEN withheld = '' AND shown = '' AND n >= 20 THEN counts END,
    CASE WHEN withheld = '' THEN band(n) ELSE '' END, CASE WHEN withheld = '' THEN shown ELSE '' END, withheld, ''
FROM decided JOIN red_question USING (item) JOIN whos USING (who) JOIN stages USING (stage_number) JOIN waves USING (wave_number);
