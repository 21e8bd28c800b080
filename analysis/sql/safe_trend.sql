-- safe_trend: one row of trend, without what disclosure control withholds. temp.decision holds the withheld places of the grid
-- by construct (figure). Below 20 people n is a band. The shares are of people with a score, as all of the row.
INSERT INTO safe_trend
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, ''),
decided AS (
    SELECT t.*, coalesce(d.reason, '') AS withheld, one_sided(scored_favourable, scored_unfavourable) AS shown
    FROM temp.trend_rows t JOIN temp.slot s USING (who, stage_number, grain, period)
    LEFT JOIN temp.decision d ON d.figure = t.scale AND d.place = s.place
)
SELECT journey, construct, stage, grain, period, segment, member, CASE WHEN withheld = '' AND n >= 20 THEN n END,
    CASE WHEN withheld = '' THEN mean END, CASE WHEN withheld = '' THEN sd END, CASE WHEN withheld = '' THEN ci_low END, CASE WHEN withheld = '' THEN ci_high END,
    CASE WHEN withheld = '' AND shown = '' THEN scored_favourable END, CASE WHEN withheld = '' AND shown = '' THEN scored_neutral END,
    CASE WHEN withheld = '' AND shown = '' THEN scored_unfavourable END,
    CASE WHEN withheld = '' THEN band(n) ELSE '' END, CASE WHEN withheld = '' THEN shown ELSE '' END, withheld, ''
FROM decided JOIN red_construct USING (scale) JOIN whos USING (who) JOIN stages USING (stage_number);
