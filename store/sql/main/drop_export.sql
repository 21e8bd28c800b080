-- Forgets an export that is gone.
DELETE FROM warehouse_export
WHERE folder = $1
