-- How much of a table of a release was new, carried and withheld.
INSERT INTO release_table (number, table_name, fresh, carried, withheld)
VALUES ($1, $2, $3, $4, $5)
