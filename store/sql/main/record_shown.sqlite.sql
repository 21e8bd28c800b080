-- Rows that release $1 shows as new: $2 is a JSON list of [table, key, values, people, response].
INSERT INTO release_figure (table_name, row_key, since, until, shown, people, response_key)
SELECT value ->> 0, value ->> 1, $1, 0, value ->> 2, value ->> 3, value ->> 4
FROM json_each($2)
