-- red_score: one row a construct, finest group, cohort and score: how many have it, and how their items lean.
-- From response_*. A score is counted in 1/red_construct.unit (a multiple of every possible number of answered items), so
-- that it is whole and sums are exact; NULL when too few items were answered (METHOD 2).
CREATE TABLE red_score (scale INTEGER, cell BIGINT, cohort INTEGER, score BIGINT, n BIGINT, items BIGINT, favourable BIGINT, unfavourable BIGINT);
{{range $j := .Journeys}}{{range .Constructs}}INSERT INTO red_score SELECT {{.Number}}, cell, cohort, score, count(*), sum(answered), sum(favourable), sum(unfavourable) FROM
    (SELECT cell, CAST(concat('0', replace(cohort, 'Q', '')) AS INTEGER) AS cohort, {{ident .Answered}} AS answered, {{.ScoreSQL}} AS score, {{.GoodSQL}} AS favourable, {{.BadSQL}} AS unfavourable
     FROM {{ident $j.Table}} WHERE {{ident .Answered}} > 0) AS s GROUP BY cell, cohort, score;
{{end}}{{end}}
COMMENT ON TABLE red_score IS 'Scores counted: one row a construct, finest group, cohort and score.';
COMMENT ON COLUMN red_score.scale IS 'Number of the construct (red_construct).';
COMMENT ON COLUMN red_score.cell IS 'The finest group.';
COMMENT ON COLUMN red_score.cohort IS 'Quarter of joining as a number, 20262 for 2026Q2; 0 when unknown.';
COMMENT ON COLUMN red_score.score IS 'Score in 1/unit of red_construct; NULL when not more than half of the items were answered.';
COMMENT ON COLUMN red_score.n IS 'How many have it.';
COMMENT ON COLUMN red_score.items IS 'Their answered items.';
COMMENT ON COLUMN red_score.favourable IS 'Of these, answers on the desirable side.';
COMMENT ON COLUMN red_score.unfavourable IS 'Of these, answers on the undesirable side.';
