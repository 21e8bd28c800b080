-- How much of each table of all releases was new, carried and withheld.
SELECT number, table_name, fresh, carried, withheld
FROM release_table
ORDER BY number, table_name
