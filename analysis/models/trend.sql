-- trend: one row a construct, stage, period and segment member: the scores, with a t interval (METHOD 2, analytic: no
-- finite population correction). Favourable, neutral and unfavourable pool the answers to all items. From red_score, red_cut.
-- Grain all, stage '' pools the stages. Grains quarter and cohort, stage '' are the stage-standardised line of METHOD 3.2:
-- the plain mean over the stages with at least min_group people, and no point when under half of the stages are present.
INSERT INTO trend
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut),
waves AS (SELECT DISTINCT wave_number, wave FROM red_cut),
cut AS (
    SELECT scale, who, stage_number, wave_number, cohort, score, sum(n)::BIGINT AS n, sum(items)::BIGINT AS items,
           sum(favourable)::BIGINT AS good, sum(unfavourable)::BIGINT AS bad
    FROM red_score JOIN red_cut USING (cell) GROUP BY ALL
), summed AS (
    SELECT scale, who, stage_number, wave_number, cohort, GROUPING(wave_number) = 0 AS by_wave, GROUPING(cohort) = 0 AS by_cohort,
           coalesce(sum(CASE WHEN score IS NOT NULL THEN n END), 0)::BIGINT AS n, sum(n * score::HUGEINT) AS s1, sum(n * score::HUGEINT * score) AS s2,
           sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad
    FROM cut
    GROUP BY GROUPING SETS ((scale, who, stage_number), (scale, who), (scale, who, stage_number, wave_number), (scale, who, stage_number, cohort))
), counted AS (
    SELECT scale, coalesce(stage, '') AS stage, CASE WHEN by_wave THEN 'quarter' WHEN by_cohort THEN 'cohort' ELSE 'all' END AS grain,
           CASE WHEN by_wave THEN wave WHEN by_cohort THEN cohort ELSE '' END AS period, segment, member, n, s1, s2, items, good, bad
    FROM summed JOIN whos USING (who) LEFT JOIN stages USING (stage_number) LEFT JOIN waves USING (wave_number)
), described AS (
    SELECT journey, construct, stage, grain, period, segment, member, n, s1::DOUBLE / n / unit AS mean,
           CASE WHEN n > 1 THEN spread(n, s1, s2, unit) END AS sd, good / items AS favourable, (items - good - bad) / items AS neutral,
           bad / items AS unfavourable, low IS NOT NULL AS ranged
    FROM counted JOIN red_construct USING (scale) WHERE n > 0 AND NOT (grain = 'cohort' AND period = '')
), weights AS (
    SELECT journey, construct, count(DISTINCT stage) AS stages FROM described WHERE grain = 'all' AND stage <> '' GROUP BY ALL
), standardised AS (
    SELECT journey, construct, grain, period, segment, member, any_value(stages) AS stages, count(*) AS present, sum(n)::BIGINT AS n,
           list_sum(list(mean ORDER BY stage)) / count(*) AS mean,
           list_sum(list(sd * sd / n ORDER BY stage)) / (count(*) * count(*)) AS variance,
           list_sum(list((sd * sd / n) ** 2 / (n - 1) ORDER BY stage)) / count(*) ** 4 AS spread_of_variance,
           list_sum(list(favourable ORDER BY stage)) / count(*) AS favourable, list_sum(list(neutral ORDER BY stage)) / count(*) AS neutral,
           list_sum(list(unfavourable ORDER BY stage)) / count(*) AS unfavourable, bool_and(ranged) AS ranged
    FROM described JOIN weights USING (journey, construct) WHERE grain <> 'all' AND n >= $min_group GROUP BY ALL
), marked AS (
    SELECT journey, construct, stage, grain, period, segment, member, n, mean, sd, t_quantile(n - 1.0) * sd / sqrt(n) AS margin,
           favourable, neutral, unfavourable, ranged
    FROM described
    UNION ALL
    SELECT journey, construct, '', grain, period, segment, member, n, mean, NULL,
           CASE WHEN variance = 0 THEN 0 ELSE t_quantile(variance ** 2 / spread_of_variance) * sqrt(variance) END,
           favourable, neutral, unfavourable, ranged
    FROM standardised WHERE 2 * present >= stages
)
SELECT journey, construct, stage, grain, period, segment, member, n, mean, sd, mean - margin, mean + margin,
       CASE WHEN ranged THEN favourable END, CASE WHEN ranged THEN neutral END, CASE WHEN ranged THEN unfavourable END
FROM marked ORDER BY journey, construct, stage, grain, period, segment, member;
