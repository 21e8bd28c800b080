-- red_construct: one row a construct, with what turns counts into scores. From the layout and the table construct.
CREATE TABLE red_construct (scale INTEGER, journey VARCHAR, construct VARCHAR, "position" INTEGER, better VARCHAR, trend BOOLEAN, unit BIGINT, low DOUBLE, high DOUBLE);
{{range $j := .Journeys}}{{range .Constructs}}INSERT INTO red_construct SELECT {{.Number}}, journey, construct, "position", better, trend, unit * steps, low, high FROM construct WHERE journey = {{lit $j.ID}} AND construct = {{lit .ID}};
{{end}}{{end}}
COMMENT ON TABLE red_construct IS 'Constructs: one row a construct.';
COMMENT ON COLUMN red_construct.scale IS 'Number of the construct over all journeys.';
COMMENT ON COLUMN red_construct.journey IS 'Journey id.';
COMMENT ON COLUMN red_construct.construct IS 'Construct id.';
COMMENT ON COLUMN red_construct."position" IS 'Order in the file, from 1.';
COMMENT ON COLUMN red_construct.better IS 'Which end is desirable: higher or lower.';
COMMENT ON COLUMN red_construct.trend IS 'Followed over stages and time.';
COMMENT ON COLUMN red_construct.unit IS 'Scores in red_score and red_pair are counted in 1/unit, so that sums are exact.';
COMMENT ON COLUMN red_construct.low IS 'Least score; NULL without a range.';
COMMENT ON COLUMN red_construct.high IS 'Greatest score; NULL without a range.';
