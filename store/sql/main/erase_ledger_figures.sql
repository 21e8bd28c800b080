-- Rows of the ledger that are of one of a person's answers go with it.
DELETE FROM release_figure
WHERE response_key IN (SELECT response_key FROM response WHERE person_key = $1)
