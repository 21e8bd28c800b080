-- red_pair: one row a construct, pair of stages, finest group (of the later answer) and pair of scores: how many people
-- have it. From response_*; the last response of each stage counts. The stages of a person and stay are put side by side first, in one row:
-- joining response_* with itself writes every pair of stages, with every score. A pair of stages is one number, made of their places in the
-- journey: texts are slow to write and to group by.
CREATE TABLE red_pair (scale INTEGER, stages INTEGER, cell BIGINT, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{if .Paired}}CREATE OR REPLACE TEMP TABLE {{ident .WideTable}} AS SELECT person_key, spell{{range $s := .Abreast}},
    max(CASE place WHEN {{.Place}} THEN cell END) AS {{.Cell}}, max(CASE place WHEN {{.Place}} THEN submitted_on END) AS {{.On}}{{range .Scores}}, max(CASE place WHEN {{$s.Place}} THEN {{.Score}} END) AS {{.Column}}{{end}}{{end}} FROM
    (SELECT person_key, spell, submitted_on, cell, {{.PlaceSQL}} AS place{{range .Scored}}, {{.Construct.NarrowSQL}} AS {{.Score}}{{end}} FROM {{ident .Table}} WHERE latest AND person_key IS NOT NULL) AS r
    GROUP BY person_key, spell;
{{range $c := .Paired}}{{range .Pairs}}INSERT INTO red_pair SELECT {{$c.Construct.Number}}, {{.Stages}}, {{.Cell}}, {{.Earlier}}, {{.Later}}, count(*) FROM {{ident $j.WideTable}}
    WHERE {{.Earlier}} IS NOT NULL AND {{.Later}} IS NOT NULL GROUP BY {{.Cell}}, {{.Earlier}}, {{.Later}};
{{end}}{{end}}{{end}}{{end}}
COMMENT ON TABLE red_pair IS 'Pairs of a person''s scores at two stages, counted: one row a construct, pair of stages, finest group and pair of scores.';
COMMENT ON COLUMN red_pair.scale IS 'Number of the construct (red_construct).';
COMMENT ON COLUMN red_pair.stages IS 'The two stages: {{.Places}} times the place of the earlier one in the journey (red_stage) and the place of the later one.';
COMMENT ON COLUMN red_pair.cell IS 'The finest group of the later answer.';
COMMENT ON COLUMN red_pair.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.n IS 'How many people have both.';
