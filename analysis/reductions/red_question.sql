-- red_question: one row a question whose answers are counted, with what turns counts into figures. From the layout.
CREATE TABLE red_question (item INTEGER, journey VARCHAR, question VARCHAR, "position" INTEGER, kind VARCHAR, unit BIGINT, low DOUBLE, steps INTEGER,
    good_from DOUBLE, good_to DOUBLE, bad_from DOUBLE, bad_to DOUBLE, recommend BOOLEAN, family INTEGER);
{{range $j := .Journeys}}{{range .Questions}}{{if .Counted}}INSERT INTO red_question VALUES ({{.Number}}, {{lit $j.ID}}, {{lit .ID}}, {{.Position}}, {{lit .Kind}}, {{.Unit}}, {{number .Low}}, {{.Steps}},
    {{number .GoodFrom}}, {{number .GoodTo}}, {{number .BadFrom}}, {{number .BadTo}}, {{.Recommend}}, {{.Family}});
{{end}}{{end}}{{end}}
COMMENT ON TABLE red_question IS 'Questions whose answers are counted: one row a question.';
COMMENT ON COLUMN red_question.item IS 'Number of the question over all journeys.';
COMMENT ON COLUMN red_question.journey IS 'Journey id.';
COMMENT ON COLUMN red_question.question IS 'Question id.';
COMMENT ON COLUMN red_question."position" IS 'Order in the file, from 1.';
COMMENT ON COLUMN red_question.kind IS 'scale, number, yesno, consent, single or multi.';
COMMENT ON COLUMN red_question.unit IS 'Values in red_item are counted in 1/unit.';
COMMENT ON COLUMN red_question.low IS 'Least answer; NULL without a range.';
COMMENT ON COLUMN red_question.steps IS 'How many different answers there are; NULL when they cannot be listed.';
COMMENT ON COLUMN red_question.good_from IS 'Least raw answer that is favourable; NULL where no end is the good one.';
COMMENT ON COLUMN red_question.good_to IS 'Greatest raw answer that is favourable.';
COMMENT ON COLUMN red_question.bad_from IS 'Least raw answer that is unfavourable.';
COMMENT ON COLUMN red_question.bad_to IS 'Greatest raw answer that is unfavourable.';
COMMENT ON COLUMN red_question.family IS 'Questions of one score, or of scores that share questions, have one number; NULL for a question that is no item or the only one.';
COMMENT ON COLUMN red_question.recommend IS 'Also reported as promoters minus detractors.';
