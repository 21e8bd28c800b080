-- Every export may hold what is erased now.
UPDATE warehouse_export
SET stale = 1
