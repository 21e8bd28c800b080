-- driver: one row an outcome, stage and block: cross moments of the outcome and the constructs, for Go to compute relative
-- weights from and to draw blocks again (METHOD 3.6). From red_driver.
SELECT journey, outcome, stage, block::BIGINT AS block, n, list_transform(sums, lambda x: x::DOUBLE) AS sums, list_transform(products, lambda x: x::DOUBLE) AS products
FROM red_driver ORDER BY journey, outcome, stage, block;
