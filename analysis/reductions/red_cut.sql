-- red_cut: one row a finest group and segment member that it belongs to; segment and member are '' for everybody. From red_cell.
-- It reads no answers, and runs where the models run. The numbers stand for their texts, since texts are slow to group by.
CREATE TABLE red_cut AS
WITH cuts AS (
    SELECT journey, cell, stage, wave, '' AS segment, '' AS member FROM red_cell
{{range .Named}}    UNION ALL SELECT journey, cell, stage, wave, {{lit .Name}}, {{ident .Column}} FROM red_cell WHERE {{ident .Column}} <> ''
{{end}}), whos AS (SELECT journey, segment, member, CAST(row_number() OVER (ORDER BY journey, segment, member) AS INTEGER) AS who FROM (SELECT DISTINCT journey, segment, member FROM cuts) AS d),
stages AS (SELECT journey, stage, CAST(row_number() OVER (ORDER BY journey, stage) AS INTEGER) AS stage_number FROM (SELECT DISTINCT journey, stage FROM red_cell) AS d),
waves AS (SELECT wave, CAST(row_number() OVER (ORDER BY wave) AS INTEGER) AS wave_number FROM (SELECT DISTINCT wave FROM red_cell) AS d)
SELECT journey, cell, stage, wave, segment, member, who, stage_number, wave_number
FROM cuts JOIN whos USING (journey, segment, member) JOIN stages USING (journey, stage) JOIN waves USING (wave) ORDER BY cell;
COMMENT ON TABLE red_cut IS 'Which finest groups make up which segment member: one row a group and member.';
COMMENT ON COLUMN red_cut.journey IS 'Journey id.';
COMMENT ON COLUMN red_cut.cell IS 'The finest group.';
COMMENT ON COLUMN red_cut.stage IS 'Stage id.';
COMMENT ON COLUMN red_cut.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_cut.segment IS 'Segment; empty for everybody.';
COMMENT ON COLUMN red_cut.member IS 'Member; empty for everybody.';
COMMENT ON COLUMN red_cut.who IS 'Number of the journey, segment and member.';
COMMENT ON COLUMN red_cut.stage_number IS 'Number of the journey and stage.';
COMMENT ON COLUMN red_cut.wave_number IS 'Number of the wave.';
