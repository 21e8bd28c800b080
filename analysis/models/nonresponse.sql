-- nonresponse: one row a stage, period, segment and member: asked and answered, for Go to test whether the members answer at
-- different rates (METHOD 3.4). From response_rate, which has these counts.
SELECT journey, stage, period, segment, member, invited, answered FROM response_rate WHERE segment <> '' ORDER BY ALL;
