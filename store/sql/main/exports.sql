-- The exports that were written, by folder.
SELECT folder, host, made_at, sha256, safe, stale
FROM warehouse_export
ORDER BY folder
