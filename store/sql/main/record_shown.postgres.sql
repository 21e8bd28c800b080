-- Rows that release $1 shows as new: $2 is a JSON list of [table, key, values, people, response].
INSERT INTO release_figure (table_name, row_key, since, until, shown, people, response_key)
SELECT value ->> 0, value ->> 1, CAST($1 AS INTEGER), 0, value ->> 2, value ->> 3, value ->> 4
FROM json_array_elements(CAST($2 AS JSON))
