-- How many responses were behind which releases that have been erased since.
SELECT cell_key, since, until, n
FROM release_gone
ORDER BY cell_key, since, until
