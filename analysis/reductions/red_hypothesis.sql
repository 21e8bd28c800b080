-- red_hypothesis: one row a hypothesis: when it was first seen. From hypothesis_seen.
CREATE TABLE red_hypothesis AS SELECT journey, hypothesis, seen_at FROM hypothesis_seen;
COMMENT ON TABLE red_hypothesis IS 'When each hypothesis was written down: one row a hypothesis.';
COMMENT ON COLUMN red_hypothesis.journey IS 'Journey id.';
COMMENT ON COLUMN red_hypothesis.hypothesis IS 'Hypothesis id.';
COMMENT ON COLUMN red_hypothesis.seen_at IS 'First time it was seen, UTC; NULL when unknown.';
