-- red_careless: one row a construct, stage, flag and score: how many responses. From response_*.
CREATE TABLE red_careless (journey VARCHAR, construct VARCHAR, stage VARCHAR, careless BOOLEAN, score BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Constructs}}INSERT INTO red_careless SELECT {{lit $j.ID}}, {{lit .ID}}, stage, careless, score, count(*) FROM
    (SELECT stage, careless, {{.ScoreSQL}} AS score FROM {{ident $j.Table}} WHERE {{ident .Answered}} >= {{.Needed}}) AS s GROUP BY stage, careless, score;
{{end}}{{end}}
COMMENT ON TABLE red_careless IS 'Scores with and without the flag of careless answering: one row a construct, stage, flag and score.';
COMMENT ON COLUMN red_careless.journey IS 'Journey id.';
COMMENT ON COLUMN red_careless.construct IS 'Construct id.';
COMMENT ON COLUMN red_careless.stage IS 'Stage id.';
COMMENT ON COLUMN red_careless.careless IS 'Flagged as answered without reading.';
COMMENT ON COLUMN red_careless.score IS 'Score in 1/unit of red_construct.';
COMMENT ON COLUMN red_careless.n IS 'How many responses.';
