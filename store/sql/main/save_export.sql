-- Remembers an export; a folder that is written again is the same export.
INSERT INTO warehouse_export (folder, host, made_at, sha256, safe, stale)
VALUES ($1, $2, $3, $4, $5, 0)
ON CONFLICT (folder) DO UPDATE SET host = excluded.host, made_at = excluded.made_at, sha256 = excluded.sha256, safe = excluded.safe, stale = 0
