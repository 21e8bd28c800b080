-- safe_trend: one row of trend, without what disclosure control withholds. temp.decision holds the withheld places of the grid
-- by construct (figure). Below 20 people n is a band.
INSERT INTO safe_trend
WITH decided AS (
    SELECT t.*, coalesce(d.reason, '') AS withheld, one_sided(favourable, unfavourable) AS shown
    FROM trend t JOIN red_construct c USING (journey, construct)
    JOIN temp.place g ON g.journey = t.journey AND g.segment = t.segment AND g.member = t.member AND g.stage = t.stage
        AND g.grain = (CASE WHEN t.grain = 'all' THEN '' ELSE t.grain END) AND g.period = t.period
    LEFT JOIN temp.decision d ON d.figure = c.scale AND d.place = g.place
)
SELECT journey, construct, stage, grain, period, segment, member, CASE WHEN withheld = '' AND n >= 20 THEN n END,
    CASE WHEN withheld = '' THEN mean END, CASE WHEN withheld = '' THEN sd END, CASE WHEN withheld = '' THEN ci_low END, CASE WHEN withheld = '' THEN ci_high END,
    CASE WHEN withheld = '' AND shown = '' THEN favourable END, CASE WHEN withheld = '' AND shown = '' THEN neutral END,
    CASE WHEN withheld = '' AND shown = '' THEN unfavourable END,
    CASE WHEN withheld = '' THEN band(n) ELSE '' END, CASE WHEN withheld = '' THEN shown ELSE '' END, withheld, ''
FROM decided;
