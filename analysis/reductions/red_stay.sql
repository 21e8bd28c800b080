-- red_stay: one row a segment member, day of joining, day and reason of leaving: how many stays of hires. From spell and
-- person; segment and member are '' for everybody.
CREATE TABLE red_stay (segment VARCHAR, member VARCHAR, joined_on DATE, left_on DATE, left_reason VARCHAR, n BIGINT);
CREATE OR REPLACE TEMP TABLE stay AS SELECT joined_on, left_on, left_reason{{range .Named}}, {{ident .Column}}{{end}} FROM
    (SELECT person_key, joined_on, left_on, left_reason FROM spell WHERE joined_on IS NOT NULL AND joined_on <= CAST({{lit .Today}} AS DATE)) AS s
    INNER JOIN (SELECT person_key{{range .Named}}, {{ident .Column}}{{end}} FROM person WHERE role = 'hire') AS p USING (person_key);
INSERT INTO red_stay SELECT '', '', joined_on, left_on, left_reason, count(*) FROM stay GROUP BY joined_on, left_on, left_reason;
{{range .Named}}INSERT INTO red_stay SELECT {{lit .Name}}, {{ident .Column}}, joined_on, left_on, left_reason, count(*) FROM stay WHERE {{ident .Column}} <> '' GROUP BY {{ident .Column}}, joined_on, left_on, left_reason;
{{end}}
COMMENT ON TABLE red_stay IS 'Stays of hires, counted: one row a segment member, joining and leaving.';
COMMENT ON COLUMN red_stay.segment IS 'Segment; empty for everybody.';
COMMENT ON COLUMN red_stay.member IS 'Member, as of the last roster; empty for everybody.';
COMMENT ON COLUMN red_stay.joined_on IS 'Day of joining.';
COMMENT ON COLUMN red_stay.left_on IS 'Day of leaving; NULL: still here.';
COMMENT ON COLUMN red_stay.left_reason IS 'Why, as the roster says.';
COMMENT ON COLUMN red_stay.n IS 'How many stays.';
