-- red_moment: one row a construct and stage: cross moments of its keyed items on complete rows. From response_*.
-- sums has one entry an item, products one for each pair i <= j, row by row, both in 1/unit (products in 1/unit squared).
CREATE TABLE red_moment (journey VARCHAR, construct VARCHAR, stage VARCHAR, n BIGINT, sums HUGEINT[], products HUGEINT[]);
{{range $j := .Journeys}}{{range .Constructs}}INSERT INTO red_moment SELECT {{lit $j.ID}}, {{lit .ID}}, stage, count(*), [{{.SumsSQL}}], [{{.ProductsSQL}}] FROM
    (SELECT stage, {{.KeyedSQL}} FROM {{ident $j.Table}} WHERE {{ident .Answered}} = {{.Count}}) AS complete GROUP BY stage;
{{end}}{{end}}
COMMENT ON TABLE red_moment IS 'Cross moments of the items of a construct on complete rows: one row a construct and stage.';
COMMENT ON COLUMN red_moment.journey IS 'Journey id.';
COMMENT ON COLUMN red_moment.construct IS 'Construct id.';
COMMENT ON COLUMN red_moment.stage IS 'Stage id.';
COMMENT ON COLUMN red_moment.n IS 'Complete rows.';
COMMENT ON COLUMN red_moment.sums IS 'Sum of each keyed item, in the order of construct_item.';
COMMENT ON COLUMN red_moment.products IS 'Sum of the product of each pair of keyed items i <= j: (1,1), (1,2) ... (2,2) ...';
