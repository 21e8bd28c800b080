-- red_cell: one row a combination of stage, wave and segment members that an invitation or a response has.
-- From invitation and response_*: the finest groups that the other reductions count by.
CREATE TABLE red_cell AS SELECT journey, cell, stage, wave{{range .Segments}}, {{ident .}}{{end}} FROM (
    SELECT journey, cell, stage, wave{{range .Segments}}, {{ident .}}{{end}} FROM invitation
{{range .Journeys}}{{$j := .}}    UNION ALL SELECT {{lit .ID}} AS journey, cell, stage, wave{{range $.Segments}}, {{ident .}}{{end}} FROM {{ident .Table}}
{{end}}) AS cells GROUP BY journey, cell, stage, wave{{range .Segments}}, {{ident .}}{{end}};
COMMENT ON TABLE red_cell IS 'Finest groups: one row a combination of stage, wave and segment members.';
COMMENT ON COLUMN red_cell.journey IS 'Journey id.';
COMMENT ON COLUMN red_cell.cell IS 'Hash of the combination.';
COMMENT ON COLUMN red_cell.stage IS 'Stage id.';
COMMENT ON COLUMN red_cell.wave IS 'Quarter, as 2026Q2.';
{{range .Segments}}COMMENT ON COLUMN red_cell.{{ident .}} IS 'Member of the segment.';
{{end}}
