-- red_exposed: one row a measure, construct, pair of stages, when the person had the measure, finest group (of the later answer)
-- and pair of scores: how many people. From the stages side by side of red_pair joined with event on the person and stay. had: before (on or before the
-- earlier answer), between (after it, on or before the later one); whoever else is in red_pair had it not.
CREATE TABLE red_exposed (measure VARCHAR, scale INTEGER, stages INTEGER, had VARCHAR, cell BIGINT, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range $m := .Exposures}}{{if .Paired}}CREATE OR REPLACE TEMP TABLE exposed AS SELECT had_on{{range .Columns}}, {{.}}{{end}} FROM {{ident $j.WideTable}}
    INNER JOIN (SELECT person_key, spell, min(on_date) AS had_on FROM
        (SELECT person_key, on_date FROM event WHERE event = {{lit $m.Event}}) AS e INNER JOIN (SELECT person_key, spell, left_on FROM spell) AS s USING (person_key)
        WHERE left_on IS NULL OR on_date <= left_on GROUP BY person_key, spell) AS h USING (person_key, spell);
{{range $c := .Paired}}{{range .Pairs}}INSERT INTO red_exposed SELECT {{lit $m.Measure}}, {{$c.Construct.Number}}, {{.Stages}}, CASE WHEN before THEN 'before' ELSE 'between' END, cell, earlier, later, n FROM
    (SELECT {{.Cell}} AS cell, had_on <= {{.FromOn}} AS before, {{.Earlier}} AS earlier, {{.Later}} AS later, count(*) AS n FROM exposed
     WHERE {{.Earlier}} IS NOT NULL AND {{.Later}} IS NOT NULL AND had_on <= {{.ToOn}} GROUP BY {{.Cell}}, before, {{.Earlier}}, {{.Later}}) AS p;
{{end}}{{end}}{{end}}{{end}}{{end}}
COMMENT ON TABLE red_exposed IS 'Pairs of scores by when a person had a measure: one row a measure, construct, pair of stages, time of the measure, finest group and pair of scores.';
COMMENT ON COLUMN red_exposed.measure IS 'Measure id.';
COMMENT ON COLUMN red_exposed.scale IS 'Number of the construct (red_construct).';
COMMENT ON COLUMN red_exposed.stages IS 'The two stages: {{.Places}} times the place of the earlier one in the journey (red_stage) and the place of the later one.';
COMMENT ON COLUMN red_exposed.had IS 'before (by the earlier answer) or between (after it, by the later one).';
COMMENT ON COLUMN red_exposed.cell IS 'The finest group of the later answer.';
COMMENT ON COLUMN red_exposed.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.n IS 'How many people.';
