-- red_exposed: one row a measure, construct, pair of stages, when the person had the measure, and pair of scores: how many
-- people. From response_* joined with itself and with event on the person. had: before (on or before the earlier
-- answer), between (after it, on or before the later one); whoever else is in red_pair had it not.
CREATE TABLE red_exposed (journey VARCHAR, measure VARCHAR, construct VARCHAR, from_stage VARCHAR, to_stage VARCHAR, had VARCHAR, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range $m := .Exposures}}{{range .Pairs}}INSERT INTO red_exposed SELECT {{lit $j.ID}}, {{lit $m.Measure}}, {{lit .Construct.ID}}, {{lit .From}}, {{lit .To}}, had, earlier, later, count(*) FROM
    (SELECT CASE WHEN had_on <= from_on THEN 'before' ELSE 'between' END AS had, earlier, later FROM
        (SELECT person_key, spell, submitted_on AS from_on, {{.Construct.ScoreSQL}} AS earlier FROM {{ident $j.Table}} WHERE stage = {{lit .From}} AND latest AND person_key IS NOT NULL AND {{ident .Construct.Answered}} >= {{.Construct.Needed}}) AS a
        INNER JOIN (SELECT person_key, spell, submitted_on AS to_on, {{.Construct.ScoreSQL}} AS later FROM {{ident $j.Table}} WHERE stage = {{lit .To}} AND latest AND person_key IS NOT NULL AND {{ident .Construct.Answered}} >= {{.Construct.Needed}}) AS b
        USING (person_key, spell)
        INNER JOIN (SELECT person_key, spell, min(on_date) AS had_on FROM
            (SELECT person_key, on_date FROM event WHERE event = {{lit $m.Event}}) AS e INNER JOIN (SELECT person_key, spell, left_on FROM spell) AS s USING (person_key)
            WHERE left_on IS NULL OR on_date <= left_on GROUP BY person_key, spell) AS h USING (person_key, spell)
    WHERE had_on <= to_on) AS x GROUP BY had, earlier, later;
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_exposed IS 'Pairs of scores by when a person had a measure: one row a measure, construct, pair of stages, time of the measure, and pair of scores.';
COMMENT ON COLUMN red_exposed.journey IS 'Journey id.';
COMMENT ON COLUMN red_exposed.measure IS 'Measure id.';
COMMENT ON COLUMN red_exposed.construct IS 'Construct id.';
COMMENT ON COLUMN red_exposed.from_stage IS 'The earlier stage.';
COMMENT ON COLUMN red_exposed.to_stage IS 'The later stage.';
COMMENT ON COLUMN red_exposed.had IS 'before (by the earlier answer) or between (after it, by the later one).';
COMMENT ON COLUMN red_exposed.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.n IS 'How many people.';
