-- red_cross: one row an association hypothesis, wave and pair of values: how many people have both. From response_*.
CREATE TABLE red_cross (journey VARCHAR, hypothesis VARCHAR, wave VARCHAR, x BIGINT, y BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Associations}}INSERT INTO red_cross SELECT {{lit $j.ID}}, {{lit .Hypothesis}}, wave, x, y, count(*) FROM
    (SELECT wave, {{.ValueSQL}} AS x, {{.WithSQL}} AS y FROM {{ident $j.Table}} WHERE stage = {{lit .Stage}} AND latest AND {{.ValidSQL}} AND {{.WithValidSQL}}) AS r GROUP BY wave, x, y;
{{end}}{{end}}
COMMENT ON TABLE red_cross IS 'Pairs of two values of one response: one row an association hypothesis, wave and pair.';
COMMENT ON COLUMN red_cross.journey IS 'Journey id.';
COMMENT ON COLUMN red_cross.hypothesis IS 'Hypothesis id.';
COMMENT ON COLUMN red_cross.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_cross.x IS 'The measure, in its unit.';
COMMENT ON COLUMN red_cross.y IS 'The other measure, in its unit.';
COMMENT ON COLUMN red_cross.n IS 'How many people.';
