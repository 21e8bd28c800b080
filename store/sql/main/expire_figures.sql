-- What no release from $1 on showed as new, but for the last version of each row, which a later release may carry.
DELETE FROM release_figure
WHERE until <> 0 AND until <= $1
    AND EXISTS (SELECT 1 FROM release_figure l WHERE l.table_name = release_figure.table_name AND l.row_key = release_figure.row_key AND l.since > release_figure.since)
