-- red_exposed: one row a measure, construct, pair of stages, when the person had the measure, finest group (of the later answer)
-- and pair of scores: how many people. From the pairs of red_pair joined with event on the person and stay. had: before (on or before the earlier
-- answer), between (after it, on or before the later one); whoever else is in red_pair had it not.
CREATE TABLE red_exposed (measure VARCHAR, scale INTEGER, stages INTEGER, had VARCHAR, cell BIGINT, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range $m := .Exposures}}{{if .Paired}}CREATE OR REPLACE TEMP TABLE exposed AS SELECT stages, cell, had_on <= from_on AS before{{range .Paired}}, {{ident .Earlier}}, {{ident .Later}}{{end}} FROM
    (SELECT person_key, spell, stages, from_on, to_on, cell{{range .Paired}}, {{ident .Earlier}}, {{ident .Later}}{{end}} FROM {{ident $j.PairedTable}}) AS p
    INNER JOIN (SELECT person_key, spell, min(on_date) AS had_on FROM
        (SELECT person_key, on_date FROM event WHERE event = {{lit $m.Event}}) AS e INNER JOIN (SELECT person_key, spell, left_on FROM spell) AS s USING (person_key)
        WHERE left_on IS NULL OR on_date <= left_on GROUP BY person_key, spell) AS h USING (person_key, spell) WHERE had_on <= to_on;
{{range .Paired}}INSERT INTO red_exposed SELECT {{lit $m.Measure}}, {{.Construct.Number}}, stages, CASE WHEN before THEN 'before' ELSE 'between' END, cell, earlier, later, n FROM
    (SELECT stages, cell, before, {{ident .Earlier}} AS earlier, {{ident .Later}} AS later, count(*) AS n FROM exposed
     WHERE {{ident .Earlier}} IS NOT NULL AND {{ident .Later}} IS NOT NULL AND stages IN ({{.Stages}}) GROUP BY stages, cell, before, {{ident .Earlier}}, {{ident .Later}}) AS p;
{{end}}{{end}}{{end}}{{end}}
COMMENT ON TABLE red_exposed IS 'Pairs of scores by when a person had a measure: one row a measure, construct, pair of stages, time of the measure, finest group and pair of scores.';
COMMENT ON COLUMN red_exposed.measure IS 'Measure id.';
COMMENT ON COLUMN red_exposed.scale IS 'Number of the construct (red_construct).';
COMMENT ON COLUMN red_exposed.stages IS 'The two stages: {{.Places}} times the place of the earlier one in the journey (red_stage) and the place of the later one.';
COMMENT ON COLUMN red_exposed.had IS 'before (by the earlier answer) or between (after it, by the later one).';
COMMENT ON COLUMN red_exposed.cell IS 'The finest group of the later answer.';
COMMENT ON COLUMN red_exposed.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_exposed.n IS 'How many people.';
