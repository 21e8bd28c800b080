-- red_item: one row a question, finest group and answer given: how many gave it. From response_* (and answer_apart for
-- questions of several choices, where value is the option's position and 0 stands for having answered at all).
CREATE TABLE red_item (item INTEGER, cell BIGINT, value BIGINT, n BIGINT);
{{range $j := .Journeys}}{{range .Questions}}{{if .Narrow}}INSERT INTO red_item SELECT {{.Number}}, cell, {{ident .Column}}, count(*) FROM {{ident $j.Table}} WHERE {{ident .Column}} >= {{$.Least}} GROUP BY cell, {{ident .Column}};
{{else if .Double}}INSERT INTO red_item SELECT {{.Number}}, cell, value, count(*) FROM
    (SELECT cell, CAST(round({{ident .Column}} * {{.Unit}}) AS BIGINT) AS value FROM {{ident $j.Table}} WHERE {{ident .Column}} IS NOT NULL) AS v GROUP BY cell, value;
{{else if .Multi}}INSERT INTO red_item SELECT {{.Number}}, cell, "position", count(*) FROM
    (SELECT response_key, choice AS value FROM answer_apart WHERE journey = {{lit $j.ID}} AND question = {{lit .ID}} AND choice IS NOT NULL) AS a
    INNER JOIN (SELECT value, "position" FROM option WHERE journey = {{lit $j.ID}} AND question = {{lit .ID}}) AS o USING (value)
    INNER JOIN (SELECT response_key, cell FROM {{ident $j.Table}}) AS r USING (response_key) GROUP BY cell, "position";
INSERT INTO red_item SELECT {{.Number}}, cell, 0, count(*) FROM
    (SELECT response_key FROM answer_apart WHERE journey = {{lit $j.ID}} AND question = {{lit .ID}} AND choice IS NOT NULL GROUP BY response_key) AS a
    INNER JOIN (SELECT response_key, cell FROM {{ident $j.Table}}) AS r USING (response_key) GROUP BY cell;
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_item IS 'Answers counted: one row a question, finest group and answer.';
COMMENT ON COLUMN red_item.item IS 'Number of the question (red_question).';
COMMENT ON COLUMN red_item.cell IS 'The finest group.';
COMMENT ON COLUMN red_item.value IS 'Raw answer in 1/unit of red_question; position of the option for single and multi (0: chose anything).';
COMMENT ON COLUMN red_item.n IS 'How many gave it.';
