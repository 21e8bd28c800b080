-- trend: one row a construct, stage, period and segment member: the scores, with a t interval (METHOD 2, analytic: no
-- finite population correction). Favourable, neutral and unfavourable pool the answers to all items. From red_score, red_cut.
-- Grain all, stage '' pools the stages. Grains quarter and cohort, stage '' are the stage-standardised line of METHOD 3.2:
-- the plain mean over the stages with at least min_group people, and no point when under half of the stages are present.
-- These shares pool all answers; scored_favourable and so on pool those of people with a score, which is what is published: the row
-- then stands on one set of people (METHOD 5.2, subset rule).
-- Here come the exact sums, and the standardised lines; what follows from the sums, and the names, stand in a view. wave_number and cohort_number are -1 for all of them.
-- Texts are slow to group by, and several numbers slower than one: spot is who, stage_number and wave_number in one. temp.score_parts
-- are the sums of single waves and cohorts, from which the others, temp.score_sums, follow; $moved_scores takes those that are not kept from the last
-- analysis, and $moved_groups the groups behind them. A row without a score is there for its sums alone.
-- Where only some places moved, temp.score_sums has all sums of the lines of their periods. The stages of a line stand
-- side by side, each in a column, and are added up in the order of their numbers: sums are the same on any number of threads.
-- As in item, spot has four bytes. $score_sum holds the sums of n * score * score; sixteen bytes take twice as long as eight.
CREATE OR REPLACE TEMP TABLE score_parts AS
WITH places AS (SELECT max(stage_number) + 1 AS stages, max(wave_number) + 1 AS waves FROM red_cut),
cut AS (SELECT cell, (who * stages + stage_number) * waves + wave_number AS spot FROM (SELECT cell, who, stage_number, wave_number FROM red_cut $moved_scores) AS c CROSS JOIN places),
fine AS (
    SELECT scale, cell, cohort AS cohort_number, CASE WHEN score IS NOT NULL THEN n ELSE 0 END AS n, coalesce(n * score::$score_sum, 0) AS s1, coalesce(n * score::$score_sum * score, 0) AS s2, items, favourable AS good, unfavourable AS bad,
           CASE WHEN score IS NULL THEN items ELSE 0 END AS unscored_items, CASE WHEN score IS NULL THEN favourable ELSE 0 END AS unscored_good, CASE WHEN score IS NULL THEN unfavourable ELSE 0 END AS unscored_bad
    FROM red_score $moved_groups
), added AS (
    SELECT scale, spot, cohort_number, sum(n)::BIGINT AS n, sum(s1)::$score_sum AS s1, sum(s2)::$score_sum AS s2,
           sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad,
           sum(unscored_items)::BIGINT AS unscored_items, sum(unscored_good)::BIGINT AS unscored_good, sum(unscored_bad)::BIGINT AS unscored_bad
    FROM fine JOIN cut USING (cell) GROUP BY scale, spot, cohort_number
)
SELECT scale, spot // (stages * waves) AS who, spot // waves % stages AS stage_number, spot % waves AS wave_number, cohort_number, n, s1, s2, items, good, bad, unscored_items, unscored_good, unscored_bad
FROM added CROSS JOIN places;
CREATE OR REPLACE TEMP TABLE score_sums AS
SELECT scale, who, coalesce(stage_number, -1) AS stage_number, coalesce(wave_number, -1) AS wave_number, coalesce(cohort_number, -1) AS cohort_number,
       sum(n)::BIGINT AS n, sum(s1)::$score_sum AS s1, sum(s2)::$score_sum AS s2, sum(items)::BIGINT AS items, sum(good)::BIGINT AS good, sum(bad)::BIGINT AS bad,
       sum(unscored_items)::BIGINT AS unscored_items, sum(unscored_good)::BIGINT AS unscored_good, sum(unscored_bad)::BIGINT AS unscored_bad
FROM score_parts GROUP BY GROUPING SETS ((scale, who, stage_number), (scale, who), (scale, who, stage_number, wave_number), (scale, who, stage_number, cohort_number))
HAVING GROUPING(cohort_number) = 1 OR cohort_number > 0;
INSERT INTO $stored.placed_trend
WITH quantiles AS (
    SELECT n, t_quantile(n - 1.0) AS quantile FROM (SELECT DISTINCT n FROM score_sums WHERE n > 0) AS sizes
)
SELECT scale, who, stage_number, wave_number, cohort_number, n, quantile, s1, s2, items, good, bad, unscored_items, unscored_good, unscored_bad FROM score_sums LEFT JOIN quantiles USING (n);
INSERT INTO $stored.placed_line
WITH described AS (
    SELECT scale, who, stage_number, wave_number, cohort_number, n, s1::DOUBLE / n / unit AS mean,
           CASE WHEN n > 1 THEN spread(n, s1, s2, unit) END AS sd, good / items AS favourable, (items - good - bad) / items AS neutral,
           bad / items AS unfavourable, (good - unscored_good) / (items - unscored_items) AS scored_favourable,
           (items - good - bad - unscored_items + unscored_good + unscored_bad) / (items - unscored_items) AS scored_neutral,
           (bad - unscored_bad) / (items - unscored_items) AS scored_unfavourable, low IS NOT NULL AS ranged
    FROM score_sums JOIN red_construct USING (scale) WHERE n >= $min_group AND (wave_number >= 0 OR cohort_number >= 0)
), weights AS (
    SELECT scale, count(DISTINCT stage_number) AS stages FROM $all_scores GROUP BY scale
), placed AS (
    SELECT stage_number, dense_rank() OVER (PARTITION BY journey ORDER BY stage_number) AS place FROM (SELECT DISTINCT journey, stage_number FROM red_cut) AS numbered
), together AS (
    SELECT scale, who, wave_number, cohort_number, any_value(stages) AS stages, count(*) AS present, sum(n)::BIGINT AS n, bool_and(ranged) AS ranged,
           $at_places
    FROM (SELECT *, sd * sd / n AS v, (sd * sd / n) ** 2 / (n - 1) AS w FROM described) AS parts JOIN weights USING (scale) JOIN placed USING (stage_number)
    GROUP BY scale, who, wave_number, cohort_number
), standardised AS (
    SELECT scale, who, wave_number, cohort_number, n, ranged, $total_mean / present AS mean, $total_v / (present * present) AS variance, $total_w / present ** 4 AS spread_of_variance,
           $total_favourable / present AS favourable, $total_neutral / present AS neutral, $total_unfavourable / present AS unfavourable,
           $total_scored_favourable / present AS scored_favourable, $total_scored_neutral / present AS scored_neutral, $total_scored_unfavourable / present AS scored_unfavourable
    FROM together WHERE 2 * present >= stages
)
SELECT scale, who, wave_number, cohort_number, n, mean, CASE WHEN variance = 0 THEN 0 ELSE t_quantile(variance ** 2 / spread_of_variance) * sqrt(variance) END AS margin,
       CASE WHEN ranged THEN favourable END, CASE WHEN ranged THEN neutral END, CASE WHEN ranged THEN unfavourable END,
       CASE WHEN ranged THEN scored_favourable END, CASE WHEN ranged THEN scored_neutral END, CASE WHEN ranged THEN scored_unfavourable END
FROM standardised;
