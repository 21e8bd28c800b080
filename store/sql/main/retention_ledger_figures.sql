-- Rows of the ledger that are of one of the answers of nobody known that were sent before $1 go with it.
DELETE FROM release_figure
WHERE response_key IN (SELECT response_key FROM response WHERE person_key IS NULL AND submitted_at < $1)
