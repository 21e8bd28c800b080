-- hypothesis: one row a source of evidence and value: how many people, for Go to test the hypotheses (METHOD 4). source says
-- which: score and answer (a construct's or question's values at a stage), pair (differences from stage other to stage),
-- contrast (id is the hypothesis, other is all or yes), cross (id is the hypothesis, a and b are its two values), rate
-- (a asked, b answered). From red_score, red_item, red_pair, red_contrast, red_cross, red_rate, red_cut, red_construct, red_question,
-- red_stage. Only constructs ($scales) and questions ($items) that a hypothesis is about are read.
WITH everybody AS (SELECT journey, cell, stage, wave, stage_number, wave_number FROM red_cut WHERE segment = ''),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut),
scores AS (SELECT scale, stage_number, wave_number, score, sum(n)::BIGINT AS n FROM red_score JOIN everybody USING (cell) WHERE score IS NOT NULL AND scale IN ($scales) GROUP BY ALL),
answers AS (SELECT item, stage_number, wave_number, value, sum(n)::BIGINT AS n FROM red_item JOIN everybody USING (cell) WHERE item IN ($items) GROUP BY ALL),
pairs AS (SELECT scale, stages, wave_number, later - earlier AS value, sum(n)::BIGINT AS n FROM red_pair JOIN everybody USING (cell) WHERE scale IN ($scales) GROUP BY ALL)
SELECT 'score' AS source, journey, construct AS id, stage, '' AS other, wave, score AS a, 0::BIGINT AS b, n
FROM scores JOIN red_construct USING (scale) JOIN stages USING (stage_number) JOIN waves USING (wave_number)
UNION ALL
SELECT 'answer', journey, question, stage, '', wave, value, 0, n
FROM answers JOIN red_question USING (item) JOIN stages USING (stage_number) JOIN waves USING (wave_number)
UNION ALL
SELECT 'pair', journey, construct, t.stage, f.stage, wave, value, 0, n FROM pairs JOIN red_construct USING (scale) JOIN waves USING (wave_number)
    JOIN red_stage AS f USING (journey) JOIN red_stage AS t USING (journey) WHERE f."position" = stages // $places AND t."position" = stages % $places
UNION ALL
SELECT 'contrast', journey, hypothesis, '', had, wave, value, 0, n FROM red_contrast
UNION ALL
SELECT 'cross', journey, hypothesis, '', '', wave, x, y, n FROM red_cross
UNION ALL
SELECT 'rate', journey, '', stage, '', wave, sum(invited)::BIGINT, sum(answered)::BIGINT, 1 FROM red_rate JOIN everybody USING (journey, cell) GROUP BY ALL
ORDER BY ALL;
