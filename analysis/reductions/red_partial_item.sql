-- red_partial_item: one row a question, finest group and answer given: how many of those gave it who left another item of the family
-- (constructs that share items) out. From response_*. red_item less red_partial_item is those who answered everything they were asked.
CREATE TABLE red_partial_item (item INTEGER, cell BIGINT, value BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range $f := .Families}}{{range .Items}}INSERT INTO red_partial_item SELECT {{.Number}}, cell, value, count(*) FROM
    (SELECT cell, {{.ValueSQL}} AS value FROM {{ident $j.Table}} WHERE {{$f.SomeSQL}} AND {{$f.MissingSQL}} AND {{.GivenSQL}}) AS p GROUP BY cell, value;
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_partial_item IS 'Answers of those who left another item of the same score out, counted: one row a question, finest group and answer.';
COMMENT ON COLUMN red_partial_item.item IS 'Number of the question (red_question).';
COMMENT ON COLUMN red_partial_item.cell IS 'The finest group.';
COMMENT ON COLUMN red_partial_item.value IS 'Raw answer in 1/unit of red_question.';
COMMENT ON COLUMN red_partial_item.n IS 'How many gave it.';
