-- red_response: one row a finest group and cohort: how many responses there are, and from how many people. From response_*.
-- An anonymous response counts as a person of its own.
CREATE TABLE red_response (journey VARCHAR, cell BIGINT, cohort VARCHAR, n BIGINT, people BIGINT, persons BIGINT);
{{range .Journeys}}INSERT INTO red_response SELECT {{lit .ID}}, cell, cohort, sum(n), sum(people), count(*) FROM
    (SELECT cell, cohort, person, count(*) AS n, sum(CASE WHEN latest THEN 1 ELSE 0 END) AS people FROM
        (SELECT cell, cohort, latest, coalesce(person_key, response_key) AS person FROM {{ident .Table}}) AS r GROUP BY cell, cohort, person) AS p GROUP BY cell, cohort;
{{end}}
COMMENT ON TABLE red_response IS 'Responses counted: one row a finest group and cohort.';
COMMENT ON COLUMN red_response.journey IS 'Journey id.';
COMMENT ON COLUMN red_response.cell IS 'The finest group.';
COMMENT ON COLUMN red_response.cohort IS 'Quarter of joining, as 2026Q2; empty when unknown.';
COMMENT ON COLUMN red_response.n IS 'How many responses.';
COMMENT ON COLUMN red_response.people IS 'Of these, the last of each person, stage and stay.';
COMMENT ON COLUMN red_response.persons IS 'Different people behind them.';
