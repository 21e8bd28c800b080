-- red_pair: one row a construct, pair of stages, finest group (of the later answer) and pair of scores: how many people
-- have it. From response_* joined with itself on the person and stay; the last response of each stage counts.
CREATE TABLE red_pair (journey VARCHAR, construct VARCHAR, from_stage VARCHAR, to_stage VARCHAR, cell BIGINT, earlier BIGINT, later BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Pairs}}INSERT INTO red_pair SELECT {{lit $j.ID}}, {{lit .Construct.ID}}, {{lit .From}}, {{lit .To}}, cell, earlier, later, count(*) FROM
    (SELECT person_key, spell, {{.Construct.ScoreSQL}} AS earlier FROM {{ident $j.Table}} WHERE stage = {{lit .From}} AND latest AND person_key IS NOT NULL AND {{ident .Construct.Answered}} >= {{.Construct.Needed}}) AS a
    INNER JOIN (SELECT person_key, spell, cell, {{.Construct.ScoreSQL}} AS later FROM {{ident $j.Table}} WHERE stage = {{lit .To}} AND latest AND person_key IS NOT NULL AND {{ident .Construct.Answered}} >= {{.Construct.Needed}}) AS b
    USING (person_key, spell) GROUP BY cell, earlier, later;
{{end}}{{end}}
COMMENT ON TABLE red_pair IS 'Pairs of a person''s scores at two stages, counted: one row a construct, pair of stages, finest group and pair of scores.';
COMMENT ON COLUMN red_pair.journey IS 'Journey id.';
COMMENT ON COLUMN red_pair.construct IS 'Construct id.';
COMMENT ON COLUMN red_pair.from_stage IS 'The earlier stage.';
COMMENT ON COLUMN red_pair.to_stage IS 'The later stage.';
COMMENT ON COLUMN red_pair.cell IS 'The finest group of the later answer.';
COMMENT ON COLUMN red_pair.earlier IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.later IS 'Score at the later stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_pair.n IS 'How many people have both.';
