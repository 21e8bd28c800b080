-- red_stage: one row a stage of a journey, in the journey's order. From the table stage.
CREATE TABLE red_stage AS SELECT journey, stage, "position" FROM stage;
COMMENT ON TABLE red_stage IS 'Stages by their order in the journey: one row a stage.';
COMMENT ON COLUMN red_stage.journey IS 'Journey id.';
COMMENT ON COLUMN red_stage.stage IS 'Stage id.';
COMMENT ON COLUMN red_stage."position" IS 'Order in the journey, from 1.';
