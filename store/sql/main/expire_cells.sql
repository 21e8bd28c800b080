-- The finest groups that nothing in the ledger is in any more.
DELETE FROM release_cell
WHERE cell_key NOT IN (SELECT cell_key FROM release_response) AND cell_key NOT IN (SELECT cell_key FROM release_gone)
