-- Rows that release $1 does not show as new with the same values: $2 is a JSON list of [table, key].
UPDATE release_figure
SET until = $1
WHERE until = 0 AND since < $1 AND (table_name, row_key) IN (SELECT value ->> 0, value ->> 1 FROM json_array_elements(CAST($2 AS JSON)))
