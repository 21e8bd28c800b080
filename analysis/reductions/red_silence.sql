-- red_silence: one row a construct, pair of following stages, wave of the earlier one, whether the person answered at the later one,
-- and score at the earlier one: how many people. From response_* joined with invitation on the person and stay. Silent is who was
-- asked, did not answer, and can no more; who was asked about several people stayed with one answer.
CREATE TABLE red_silence (journey VARCHAR, construct VARCHAR, from_stage VARCHAR, to_stage VARCHAR, wave VARCHAR, stayed BOOLEAN, score BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Steps}}CREATE OR REPLACE TEMP TABLE followed AS SELECT wave, stayed{{range .Constructs}}, {{ident .Total}}, {{ident .Answered}}{{end}} FROM
    (SELECT person_key, spell, wave{{range .Constructs}}, {{ident .Total}}, {{ident .Answered}}{{end}} FROM {{ident $j.Table}} WHERE stage = {{lit .From}} AND latest AND person_key IS NOT NULL) AS a
    INNER JOIN (SELECT person_key, spell, bool_or(status = 'answered') AS stayed FROM invitation WHERE journey = {{lit $j.ID}} AND stage = {{lit .To}} AND occurrence = 1
        AND (status = 'answered' OR ((status = 'invited' OR status = 'declined') AND closes_on < CAST({{lit $.Today}} AS DATE))) GROUP BY person_key, spell) AS b
    USING (person_key, spell);
{{$step := .}}{{range .Constructs}}INSERT INTO red_silence SELECT {{lit $j.ID}}, {{lit .ID}}, {{lit $step.From}}, {{lit $step.To}}, wave, stayed, score, count(*) FROM
    (SELECT wave, stayed, {{.ScoreSQL}} AS score FROM followed WHERE {{ident .Answered}} >= {{.Needed}}) AS f GROUP BY wave, stayed, score;
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_silence IS 'Earlier scores of people who then answered or fell silent: one row a construct, pair of following stages, wave, answer or silence, and score.';
COMMENT ON COLUMN red_silence.journey IS 'Journey id.';
COMMENT ON COLUMN red_silence.construct IS 'Construct id.';
COMMENT ON COLUMN red_silence.from_stage IS 'The earlier stage.';
COMMENT ON COLUMN red_silence.to_stage IS 'The later stage.';
COMMENT ON COLUMN red_silence.wave IS 'Quarter of the earlier answer, as 2026Q2.';
COMMENT ON COLUMN red_silence.stayed IS 'The person answered at the later stage.';
COMMENT ON COLUMN red_silence.score IS 'Score at the earlier stage, in 1/unit of red_construct.';
COMMENT ON COLUMN red_silence.n IS 'How many people.';
