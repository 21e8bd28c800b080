-- red_cut: one row a finest group and segment member that it belongs to; segment and member are '' for everybody.
-- From red_cell.
CREATE TABLE red_cut AS SELECT journey, cell, stage, wave, '' AS segment, '' AS member FROM red_cell
{{range .Named}}UNION ALL SELECT journey, cell, stage, wave, {{lit .Name}}, {{ident .Column}} FROM red_cell WHERE {{ident .Column}} <> ''
{{end}};
COMMENT ON TABLE red_cut IS 'Which finest groups make up which segment member: one row a group and member.';
COMMENT ON COLUMN red_cut.journey IS 'Journey id.';
COMMENT ON COLUMN red_cut.cell IS 'The finest group.';
COMMENT ON COLUMN red_cut.stage IS 'Stage id.';
COMMENT ON COLUMN red_cut.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_cut.segment IS 'Segment; empty for everybody.';
COMMENT ON COLUMN red_cut.member IS 'Member; empty for everybody.';
