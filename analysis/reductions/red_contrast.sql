-- red_contrast: one row a contrast hypothesis over a measure, wave, whether the person had had it by the answer, and value: how
-- many people. From response_* joined with event on the person. had: all or yes; no is their difference.
CREATE TABLE red_contrast (journey VARCHAR, hypothesis VARCHAR, wave VARCHAR, had VARCHAR, value BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Contrasts}}INSERT INTO red_contrast SELECT {{lit $j.ID}}, {{lit .Hypothesis}}, wave, 'all', value, count(*) FROM
    (SELECT wave, {{.ValueSQL}} AS value FROM {{ident $j.Table}} WHERE stage = {{lit .Stage}} AND latest AND person_key IS NOT NULL AND {{.ValidSQL}}) AS r GROUP BY wave, value;
INSERT INTO red_contrast SELECT {{lit $j.ID}}, {{lit .Hypothesis}}, wave, 'yes', value, count(*) FROM
    (SELECT person_key, spell, submitted_on, wave, {{.ValueSQL}} AS value FROM {{ident $j.Table}} WHERE stage = {{lit .Stage}} AND latest AND person_key IS NOT NULL AND {{.ValidSQL}}) AS r
    INNER JOIN (SELECT person_key, spell, min(on_date) AS had_on FROM
        (SELECT person_key, on_date FROM event WHERE event = {{lit .Event}}) AS e INNER JOIN (SELECT person_key, spell, joined_on, left_on FROM spell) AS s USING (person_key)
        WHERE left_on IS NULL OR on_date <= left_on GROUP BY person_key, spell) AS h USING (person_key, spell)
    WHERE had_on <= submitted_on GROUP BY wave, value;
{{end}}{{end}}
COMMENT ON TABLE red_contrast IS 'Answers by whether a person had had a measure: one row a hypothesis, wave, group and value.';
COMMENT ON COLUMN red_contrast.journey IS 'Journey id.';
COMMENT ON COLUMN red_contrast.hypothesis IS 'Hypothesis id.';
COMMENT ON COLUMN red_contrast.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_contrast.had IS 'all (whoever) or yes (had it on or before the day of the answer).';
COMMENT ON COLUMN red_contrast.value IS 'Score or raw answer, in its unit.';
COMMENT ON COLUMN red_contrast.n IS 'How many people.';
