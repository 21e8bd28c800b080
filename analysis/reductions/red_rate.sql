-- red_rate: one row a finest group: how many were asked and how many of them answered. From invitation and response_*.
-- Asked: not bounced, not cancelled (left before it opened). Answered: with at least one core answer (METHOD 2).
CREATE TABLE red_rate AS SELECT journey, cell, sum(invited) AS invited, sum(answered) AS answered FROM (
    SELECT journey, cell, count(*) AS invited, 0 AS answered FROM invitation WHERE status <> 'bounced' AND status <> 'cancelled' GROUP BY journey, cell
{{range .Journeys}}    UNION ALL SELECT {{lit .ID}} AS journey, cell, 0 AS invited, count(*) AS answered FROM
        (SELECT invitation_key, cell FROM invitation WHERE journey = {{lit .ID}} AND status <> 'bounced' AND status <> 'cancelled') AS i
        INNER JOIN (SELECT invitation_key FROM {{ident .Table}} WHERE invitation_key IS NOT NULL AND core > 0) AS r USING (invitation_key) GROUP BY cell
{{end}}) AS both_counts GROUP BY journey, cell;
COMMENT ON TABLE red_rate IS 'Asked and answered: one row a finest group (as of the day due).';
COMMENT ON COLUMN red_rate.journey IS 'Journey id.';
COMMENT ON COLUMN red_rate.cell IS 'The finest group.';
COMMENT ON COLUMN red_rate.invited IS 'People asked: not bounced, not cancelled.';
COMMENT ON COLUMN red_rate.answered IS 'Of these, people who gave at least one core answer.';
