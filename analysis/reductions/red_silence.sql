-- red_silence: one row a construct, pair of following stages, wave of the earlier one, whether the person answered at the later one,
-- and score at the earlier one: how many people. From response_* joined with invitation on the person and stay. Silent is who was
-- asked, did not answer, and can no more; who was asked about several people stayed with one answer.
CREATE TABLE red_silence (journey VARCHAR, construct VARCHAR, from_stage VARCHAR, to_stage VARCHAR, wave VARCHAR, stayed BOOLEAN, score BIGINT, n BIGINT);
{{range $j := .Journeys}}{{if .Steps}}CREATE OR REPLACE TEMP TABLE followed AS SELECT step, wave, CASE step{{range .Steps}} WHEN {{.Number}} THEN {{.Stayed}}{{end}} END = 1 AS stayed{{range .Followed}}, {{.Score}}{{end}} FROM
    (SELECT person_key, spell, wave, CASE stage{{range .Steps}} WHEN {{lit .From}} THEN {{.Number}}{{end}} END AS step{{range .Followed}}, {{.Construct.NarrowSQL}} AS {{.Score}}{{end}} FROM {{ident $j.Table}}
        WHERE stage IN ({{range $i, $s := .Steps}}{{if $i}}, {{end}}{{lit $s.From}}{{end}}) AND latest AND person_key IS NOT NULL) AS a
    INNER JOIN (SELECT person_key, spell{{range .Steps}}, max(CASE WHEN stage = {{lit .To}} THEN CASE WHEN status = 'answered' THEN 1 ELSE 0 END END) AS {{.Stayed}}{{end}} FROM invitation
        WHERE journey = {{lit $j.ID}} AND stage IN ({{range $i, $s := .Steps}}{{if $i}}, {{end}}{{lit $s.To}}{{end}}) AND occurrence = 1
        AND (status = 'answered' OR ((status = 'invited' OR status = 'declined') AND closes_on < CAST({{lit $.Today}} AS DATE))) GROUP BY person_key, spell) AS b
    USING (person_key, spell) WHERE CASE step{{range .Steps}} WHEN {{.Number}} THEN {{.Stayed}}{{end}} END IS NOT NULL;
{{range .Followed}}INSERT INTO red_silence SELECT {{lit $j.ID}}, {{lit .Construct.ID}}, CASE step{{range $j.Steps}} WHEN {{.Number}} THEN {{lit .From}}{{end}} END, CASE step{{range $j.Steps}} WHEN {{.Number}} THEN {{lit .To}}{{end}} END, wave, stayed, score, n FROM
    (SELECT step, wave, stayed, {{.Score}} AS score, count(*) AS n FROM followed WHERE {{.Score}} IS NOT NULL AND step IN ({{.Steps}}) GROUP BY step, wave, stayed, {{.Score}}) AS f;
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
