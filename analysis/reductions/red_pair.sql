-- red_pair: one row a construct, pair of stages, finest group (of the later answer) and pair of scores: how many people
-- have it. From response_* joined with itself on the person and stay; the last response of each stage counts. A pair of stages is
-- one number, made of their places in the journey: texts are slow to write and to group by.
CREATE TABLE red_pair (scale INTEGER, stages INTEGER, cell BIGINT, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{if .Paired}}CREATE OR REPLACE TEMP TABLE {{ident $j.PairedTable}} AS SELECT person_key, spell, CAST(from_position * {{$.Places}} + to_position AS INTEGER) AS stages, from_on, to_on, cell{{range .Paired}}, {{ident .Earlier}}, {{ident .Later}}{{end}} FROM
    (SELECT person_key, spell, submitted_on AS from_on, {{.PositionSQL}} AS from_position{{range .Paired}}, {{.Construct.NarrowSQL}} AS {{ident .Earlier}}{{end}} FROM {{ident $j.Table}} WHERE latest AND person_key IS NOT NULL) AS a
    INNER JOIN (SELECT person_key, spell, submitted_on AS to_on, cell, {{.PositionSQL}} AS to_position{{range .Paired}}, {{.Construct.NarrowSQL}} AS {{ident .Later}}{{end}} FROM {{ident $j.Table}} WHERE latest AND person_key IS NOT NULL) AS b
    USING (person_key, spell) WHERE from_position < to_position AND from_position > 0;
{{range .Paired}}INSERT INTO red_pair SELECT {{.Construct.Number}}, stages, cell, {{ident .Earlier}}, {{ident .Later}}, count(*) FROM {{ident $j.PairedTable}}
     WHERE {{ident .Earlier}} IS NOT NULL AND {{ident .Later}} IS NOT NULL AND stages IN ({{.Stages}}) GROUP BY stages, cell, {{ident .Earlier}}, {{ident .Later}};
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_pair IS 'Pairs of a person''s scores at two stages, counted: one row a construct, pair of stages, finest group and pair of scores.';
COMMENT ON COLUMN red_pair.scale IS 'Number of the construct (red_construct).';
COMMENT ON COLUMN red_pair.stages IS 'The two stages: {{.Places}} times the place of the earlier one in the journey (red_stage) and the place of the later one.';
COMMENT ON COLUMN red_pair.cell IS 'The finest group of the later answer.';
COMMENT ON COLUMN red_pair.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.n IS 'How many people have both.';
