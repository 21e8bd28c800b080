-- red_wave: one row a stage and wave: when it began and until when answers may come. From invitation and, for answers that no
-- invitation asked for, response_*.
CREATE TABLE red_wave AS SELECT journey, stage, wave, min(began_at) AS began_at, max(closes_on) AS closes_on, sum(invited) AS invited FROM (
    SELECT journey, stage, wave, min(coalesce(sent_at, CAST(due_on AS TIMESTAMP))) AS began_at, max(closes_on) AS closes_on, count(*) AS invited FROM invitation
    WHERE status <> 'cancelled' GROUP BY journey, stage, wave
{{range .Journeys}}    UNION ALL SELECT {{lit .ID}}, stage, wave, min(submitted_at) AS began_at, max(submitted_on) AS closes_on, 0 AS invited FROM {{ident .Table}}
    WHERE invitation_key IS NULL GROUP BY stage, wave
{{end}}) AS both_kinds GROUP BY journey, stage, wave;
COMMENT ON TABLE red_wave IS 'Waves: one row a stage and quarter.';
COMMENT ON COLUMN red_wave.journey IS 'Journey id.';
COMMENT ON COLUMN red_wave.stage IS 'Stage id.';
COMMENT ON COLUMN red_wave.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_wave.began_at IS 'First invitation (without one, first answer), UTC.';
COMMENT ON COLUMN red_wave.closes_on IS 'Last day on which an answer is taken.';
COMMENT ON COLUMN red_wave.invited IS 'Invitations, cancelled ones aside.';
