-- red_driver: one row an outcome, stage and block of responses: cross moments of the outcome (first) and the constructs on
-- complete rows. From response_*. A block is a hash of the response; whole blocks are drawn again for the ranges.
CREATE TABLE red_driver (journey VARCHAR, outcome VARCHAR, stage VARCHAR, block SMALLINT, n BIGINT, sums HUGEINT[], products HUGEINT[]);
{{range $j := .Journeys}}{{range .Drivers}}INSERT INTO red_driver SELECT {{lit $j.ID}}, {{lit .Outcome}}, {{lit .Stage}}, bucket, count(*), [{{.SumsSQL}}], [{{.ProductsSQL}}] FROM
    (SELECT bucket, {{.ValuesSQL}} FROM {{ident $j.Table}} WHERE stage = {{lit .Stage}} AND latest AND {{.ValidSQL}}) AS complete GROUP BY bucket;
{{end}}{{end}}
COMMENT ON TABLE red_driver IS 'Cross moments of an outcome and the constructs on complete rows: one row an outcome, stage and block of responses.';
COMMENT ON COLUMN red_driver.journey IS 'Journey id.';
COMMENT ON COLUMN red_driver.outcome IS 'Construct or recommend question.';
COMMENT ON COLUMN red_driver.stage IS 'Stage id.';
COMMENT ON COLUMN red_driver.block IS 'Hash of the responses in it, 0 to 1023.';
COMMENT ON COLUMN red_driver.n IS 'Complete rows.';
COMMENT ON COLUMN red_driver.sums IS 'Sum of each value, the outcome first, each in its unit.';
COMMENT ON COLUMN red_driver.products IS 'Sum of the product of each pair of values i <= j.';
