-- trend: one row a construct, stage, period and segment member: the scores, with a t interval (METHOD 2, analytic: no
-- finite population correction). Favourable, neutral and unfavourable pool the answers to all items. From red_score, red_cut.
-- Grain all, stage '' pools the stages. Grains quarter and cohort, stage '' are the stage-standardised line of METHOD 3.2:
-- the plain mean over the stages with at least min_group people, and no point when under half of the stages are present.
INSERT INTO trend
WITH cut AS (
    SELECT journey, construct, stage, wave, cohort, segment, member, score, sum(n) AS n, sum(items) AS items,
           sum(favourable) AS good, sum(unfavourable) AS bad
    FROM red_score JOIN red_cut USING (journey, cell) GROUP BY ALL
), counted AS (
    SELECT journey, construct, coalesce(stage, '') AS stage,
           CASE WHEN GROUPING(wave) = 0 THEN 'quarter' WHEN GROUPING(cohort) = 0 THEN 'cohort' ELSE 'all' END AS grain,
           coalesce(wave, cohort, '') AS period, segment, member,
           coalesce(sum(n) FILTER (score IS NOT NULL), 0)::BIGINT AS n, sum(n * score::HUGEINT) AS s1, sum(n * score::HUGEINT * score) AS s2,
           sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad
    FROM cut
    GROUP BY GROUPING SETS ((journey, construct, segment, member, stage), (journey, construct, segment, member),
        (journey, construct, segment, member, stage, wave), (journey, construct, segment, member, stage, cohort))
), described AS (
    SELECT journey, construct, stage, grain, period, segment, member, n, s1::DOUBLE / n / unit AS mean,
           CASE WHEN n > 1 THEN spread(n, s1, s2, unit) END AS sd, good / items AS favourable, (items - good - bad) / items AS neutral,
           bad / items AS unfavourable, low IS NOT NULL AS ranged
    FROM counted JOIN red_construct USING (journey, construct) WHERE n > 0 AND NOT (grain = 'cohort' AND period = '')
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
FROM marked ORDER BY ALL;
