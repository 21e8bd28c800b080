-- red_people: one row a segment member and wave ('' for all waves): how many different people responded at any stage.
-- From response_*. An anonymous response counts as a person of its own.
CREATE TABLE red_people (journey VARCHAR, wave VARCHAR, segment VARCHAR, member VARCHAR, n BIGINT);
{{range $j := .Journeys}}INSERT INTO red_people SELECT {{lit .ID}}, '', '', '', count(*) FROM
    (SELECT person FROM (SELECT coalesce(person_key, response_key) AS person FROM {{ident .Table}}) AS r GROUP BY person) AS p;
INSERT INTO red_people SELECT {{lit .ID}}, wave, '', '', count(*) FROM
    (SELECT wave, person FROM (SELECT wave, coalesce(person_key, response_key) AS person FROM {{ident .Table}}) AS r GROUP BY wave, person) AS p GROUP BY wave;
{{range $.Named}}INSERT INTO red_people SELECT {{lit $j.ID}}, '', {{lit .Name}}, member, count(*) FROM
    (SELECT member, person FROM (SELECT {{ident .Column}} AS member, coalesce(person_key, response_key) AS person FROM {{ident $j.Table}} WHERE {{ident .Column}} <> '') AS r GROUP BY member, person) AS p GROUP BY member;
INSERT INTO red_people SELECT {{lit $j.ID}}, wave, {{lit .Name}}, member, count(*) FROM
    (SELECT wave, member, person FROM (SELECT wave, {{ident .Column}} AS member, coalesce(person_key, response_key) AS person FROM {{ident $j.Table}} WHERE {{ident .Column}} <> '') AS r GROUP BY wave, member, person) AS p GROUP BY wave, member;
{{end}}{{end}}
COMMENT ON TABLE red_people IS 'Different people who responded at any stage: one row a segment member and wave.';
COMMENT ON COLUMN red_people.journey IS 'Journey id.';
COMMENT ON COLUMN red_people.wave IS 'Quarter, as 2026Q2; empty for all.';
COMMENT ON COLUMN red_people.segment IS 'Segment; empty for everybody.';
COMMENT ON COLUMN red_people.member IS 'Member; empty for everybody.';
COMMENT ON COLUMN red_people.n IS 'How many people.';
