-- hypothesis_wave: one row a hypothesis and wave of its stage: when each began. From red_hypothesis, red_wave.
SELECT w.journey, h.hypothesis, w.stage, w.wave, h.seen_at, w.began_at, w.closes_on, w.invited::BIGINT AS invited
FROM red_wave w JOIN red_hypothesis h USING (journey) ORDER BY ALL;
