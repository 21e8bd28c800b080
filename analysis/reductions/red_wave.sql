-- red_wave: one row a stage and wave: when it began, until when answers may come, and whether it has closed. From invitation and,
-- for answers that no invitation asked for, or one that was cancelled, response_*: no answer is without a wave. While its quarter lasts more people may be invited to it, so a wave with
-- invitations closes at the end of its quarter at the earliest; one without them the day after its last answer.
CREATE TABLE red_wave AS SELECT journey, stage, wave, began_at, closes_on, invited, closes_on < CAST({{lit .Today}} AS DATE) AND (invited = 0 OR wave < {{lit .Quarter}}) AS closed FROM (
SELECT journey, stage, wave, min(began_at) AS began_at, max(closes_on) AS closes_on, sum(invited) AS invited FROM (
    SELECT journey, stage, wave, min(coalesce(sent_at, CAST(due_on AS TIMESTAMP))) AS began_at, max(closes_on) AS closes_on, count(*) AS invited FROM invitation
    WHERE status <> 'cancelled' GROUP BY journey, stage, wave
{{range .Journeys}}    UNION ALL SELECT {{lit .ID}}, stage, wave, min(submitted_at) AS began_at, max(submitted_on) AS closes_on, 0 AS invited FROM {{ident .Table}}
    GROUP BY stage, wave
{{end}}) AS both_kinds GROUP BY journey, stage, wave) AS waves;
COMMENT ON TABLE red_wave IS 'Waves: one row a stage and quarter.';
COMMENT ON COLUMN red_wave.journey IS 'Journey id.';
COMMENT ON COLUMN red_wave.stage IS 'Stage id.';
COMMENT ON COLUMN red_wave.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_wave.began_at IS 'First invitation (without one, first answer), UTC.';
COMMENT ON COLUMN red_wave.closes_on IS 'Last day on which an answer is taken.';
COMMENT ON COLUMN red_wave.invited IS 'Invitations, cancelled ones aside.';
COMMENT ON COLUMN red_wave.closed IS 'Nobody can answer any more, nor be invited to it: its answers may be published.';
