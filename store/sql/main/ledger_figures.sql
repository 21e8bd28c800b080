-- What was shown.
SELECT table_name, row_key, since, until, shown, people, response_key
FROM release_figure
ORDER BY table_name, row_key, since
