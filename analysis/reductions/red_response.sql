-- red_response: one row a finest group and cohort: how many responses there are, and from how many people. From response_*.
CREATE TABLE red_response (journey VARCHAR, cell BIGINT, cohort VARCHAR, n BIGINT, people BIGINT);
{{range .Journeys}}INSERT INTO red_response SELECT {{lit .ID}}, cell, cohort, count(*), sum(CASE WHEN latest THEN 1 ELSE 0 END) FROM {{ident .Table}} GROUP BY cell, cohort;
{{end}}
COMMENT ON TABLE red_response IS 'Responses counted: one row a finest group and cohort.';
COMMENT ON COLUMN red_response.journey IS 'Journey id.';
COMMENT ON COLUMN red_response.cell IS 'The finest group.';
COMMENT ON COLUMN red_response.cohort IS 'Quarter of joining, as 2026Q2; empty when unknown.';
COMMENT ON COLUMN red_response.n IS 'How many responses.';
COMMENT ON COLUMN red_response.people IS 'Of these, the last of each person, stage and stay.';
