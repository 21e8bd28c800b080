-- reliability: the cross moments of each construct and stage, for Go to compute alpha, omega and item-rest correlations
-- from (METHOD 2.1); stage '' pools the stages. One row a construct and stage. From red_moment.
SELECT journey, construct, stage, n, list_transform(sums, lambda x: x::DOUBLE) AS sums, list_transform(products, lambda x: x::DOUBLE) AS products
FROM red_moment WHERE n > 0 ORDER BY journey, construct, stage;
