-- careless: one row a construct and stage: how many answered without reading, and the mean with and without them (METHOD 2).
-- From red_careless, red_construct.
INSERT INTO careless
WITH summed AS (
    SELECT journey, construct, stage, sum(n)::BIGINT AS n, coalesce(sum(n) FILTER (careless), 0)::BIGINT AS flagged,
           sum(n * score::HUGEINT) AS s1, sum(n * score::HUGEINT) FILTER (NOT careless) AS kept, any_value(unit) AS unit
    FROM red_careless JOIN red_construct USING (journey, construct) GROUP BY journey, construct, stage
)
SELECT journey, construct, stage, n, flagged, s1::DOUBLE / n / unit, CASE WHEN n > flagged THEN kept::DOUBLE / (n - flagged) / unit END
FROM summed ORDER BY ALL;
