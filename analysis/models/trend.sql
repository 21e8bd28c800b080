-- trend: one row a construct, stage, period and segment member: the scores, with a t interval (METHOD 2, analytic: no
-- finite population correction). Favourable, neutral and unfavourable pool the answers to all items. From red_score, red_cut.
-- Grain all, stage '' pools the stages. Grains quarter and cohort, stage '' are the stage-standardised line of METHOD 3.2:
-- the plain mean over the stages with at least min_group people, and no point when under half of the stages are present.
-- These shares pool all answers; scored_favourable and so on pool those of people with a score, which is what is published: the row
-- then stands on one set of people (METHOD 5.2, subset rule).
-- The exact sums stay with their numbers in temp.score_sums, for trend_test, and the rows in temp.trend_rows, for disclosure
-- control. Texts are slow to group by, and several numbers slower than one: spot is who, stage_number and wave_number in one. temp.score_parts
-- are the sums of single waves and cohorts (grain part), from which the others follow; $moved_scores takes those that are not kept from the last
-- analysis, and $moved_groups the groups behind them.
-- Where only some places moved, $moved_lines takes the lines of their periods. The stages of a line stand
-- side by side, each in a column, and are added up in the order of their numbers: sums are the same on any number of threads.
-- $score_sum holds the sums of n * score * score; sixteen bytes take twice as long as eight.
CREATE OR REPLACE TEMP TABLE score_parts AS
WITH cut AS (SELECT cell, who::BIGINT * 16777216 + stage_number * 4096 + wave_number AS spot FROM red_cut $moved_scores),
fine AS (
    SELECT scale, cell, cohort, sum(CASE WHEN score IS NOT NULL THEN n ELSE 0 END)::BIGINT AS n, coalesce(sum(n * score::$score_sum), 0)::$score_sum AS s1,
           coalesce(sum(n * score::$score_sum * score), 0)::$score_sum AS s2, sum(items)::BIGINT AS items, sum(favourable)::BIGINT AS good, sum(unfavourable)::BIGINT AS bad, sum(CASE WHEN score IS NULL THEN items ELSE 0 END)::BIGINT AS unscored_items,
           sum(CASE WHEN score IS NULL THEN favourable ELSE 0 END)::BIGINT AS unscored_good, sum(CASE WHEN score IS NULL THEN unfavourable ELSE 0 END)::BIGINT AS unscored_bad
    FROM red_score $moved_groups GROUP BY scale, cell, cohort
)
SELECT scale, spot // 16777216 AS who, spot // 4096 % 4096 AS stage_number, spot % 4096 AS wave_number, cohort, sum(n)::BIGINT AS n, sum(s1)::$score_sum AS s1, sum(s2)::$score_sum AS s2,
       sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad,
       sum(unscored_items)::BIGINT AS unscored_items, sum(unscored_good)::BIGINT AS unscored_good, sum(unscored_bad)::BIGINT AS unscored_bad
FROM fine JOIN cut USING (cell) GROUP BY scale, spot, cohort;
CREATE OR REPLACE TEMP TABLE score_sums AS
SELECT scale, who::INTEGER AS who, stage_number::INTEGER AS stage_number, wave_number::INTEGER AS wave_number, cohort, 'part' AS grain,
       n, s1, s2, items, good, bad, unscored_items, unscored_good, unscored_bad FROM score_parts
UNION ALL
SELECT scale, who::INTEGER AS who, coalesce(stage_number, -1)::INTEGER AS stage_number, coalesce(wave_number, -1)::INTEGER AS wave_number, coalesce(cohort, '') AS cohort,
       CASE WHEN GROUPING(wave_number) = 0 THEN 'quarter' WHEN GROUPING(cohort) = 0 THEN 'cohort' ELSE 'all' END AS grain,
       sum(n)::BIGINT AS n, sum(s1)::$score_sum AS s1, sum(s2)::$score_sum AS s2, sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad,
       sum(unscored_items)::BIGINT AS unscored_items, sum(unscored_good)::BIGINT AS unscored_good, sum(unscored_bad)::BIGINT AS unscored_bad
FROM score_parts GROUP BY GROUPING SETS ((scale, who, stage_number), (scale, who), (scale, who, stage_number, wave_number), (scale, who, stage_number, cohort));
CREATE OR REPLACE TEMP TABLE trend_rows AS
WITH waves AS (SELECT DISTINCT wave_number, wave FROM red_cut UNION ALL SELECT -1, ''),
located AS (
    SELECT *, CASE WHEN grain = 'cohort' THEN cohort ELSE wave END AS period FROM score_sums JOIN waves USING (wave_number)
    WHERE n > 0 AND grain <> 'part' AND NOT (grain = 'cohort' AND cohort = '')
), described AS (
    SELECT scale, who, stage_number, grain, period, n, s1::DOUBLE / n / unit AS mean,
           CASE WHEN n > 1 THEN spread(n, s1, s2, unit) END AS sd, good / items AS favourable, (items - good - bad) / items AS neutral,
           bad / items AS unfavourable, (good - unscored_good) / (items - unscored_items) AS scored_favourable,
           (items - good - bad - unscored_items + unscored_good + unscored_bad) / (items - unscored_items) AS scored_neutral,
           (bad - unscored_bad) / (items - unscored_items) AS scored_unfavourable, low IS NOT NULL AS ranged
    FROM located $moved_lines JOIN red_construct USING (scale)
), quantiles AS (
    SELECT n, t_quantile(n - 1.0) AS quantile FROM (SELECT DISTINCT n FROM described) AS sizes
), weights AS (
    SELECT scale, count(DISTINCT stage_number) AS stages FROM located WHERE grain = 'all' AND stage_number >= 0 GROUP BY scale
), placed AS (
    SELECT stage_number, dense_rank() OVER (PARTITION BY journey ORDER BY stage_number) AS place FROM (SELECT DISTINCT journey, stage_number FROM red_cut) AS numbered
), together AS (
    SELECT scale, who, grain, period, any_value(stages) AS stages, count(*) AS present, sum(n)::BIGINT AS n, bool_and(ranged) AS ranged,
           $at_places
    FROM (SELECT *, sd * sd / n AS v, (sd * sd / n) ** 2 / (n - 1) AS w FROM described) AS parts JOIN weights USING (scale) JOIN placed USING (stage_number)
    WHERE grain <> 'all' AND n >= $min_group GROUP BY scale, who, grain, period
), standardised AS (
    SELECT scale, who, grain, period, n, ranged, $total_mean / present AS mean, $total_v / (present * present) AS variance, $total_w / present ** 4 AS spread_of_variance,
           $total_favourable / present AS favourable, $total_neutral / present AS neutral, $total_unfavourable / present AS unfavourable,
           $total_scored_favourable / present AS scored_favourable, $total_scored_neutral / present AS scored_neutral, $total_scored_unfavourable / present AS scored_unfavourable
    FROM together WHERE 2 * present >= stages
), marked AS (
    SELECT scale, who, stage_number, grain, period, n, mean, sd, quantile * sd / sqrt(n) AS margin,
           favourable, neutral, unfavourable, scored_favourable, scored_neutral, scored_unfavourable, ranged
    FROM described JOIN quantiles USING (n)
    UNION ALL
    SELECT scale, who, -1, grain, period, n, mean, NULL,
           CASE WHEN variance = 0 THEN 0 ELSE t_quantile(variance ** 2 / spread_of_variance) * sqrt(variance) END,
           favourable, neutral, unfavourable, scored_favourable, scored_neutral, scored_unfavourable, ranged
    FROM standardised
)
SELECT scale, who, stage_number, grain, period, n, mean, sd, mean - margin AS ci_low, mean + margin AS ci_high,
       CASE WHEN ranged THEN favourable END AS favourable, CASE WHEN ranged THEN neutral END AS neutral, CASE WHEN ranged THEN unfavourable END AS unfavourable,
       CASE WHEN ranged THEN scored_favourable END AS scored_favourable, CASE WHEN ranged THEN scored_neutral END AS scored_neutral,
       CASE WHEN ranged THEN scored_unfavourable END AS scored_unfavourable
FROM marked;
INSERT INTO $stored.trend
WITH whos AS (SELECT DISTINCT who, segment, member FROM red_cut),
stages AS (SELECT DISTINCT stage_number, stage FROM red_cut UNION ALL SELECT -1, '')
SELECT journey, construct, stage, grain, period, segment, member, n, mean, sd, ci_low, ci_high, favourable, neutral, unfavourable
FROM trend_rows JOIN red_construct USING (scale) JOIN whos USING (who) JOIN stages USING (stage_number);
