-- One fact about the store itself; the first one stays.
INSERT INTO meta (name, value)
VALUES ($1, $2)
ON CONFLICT (name) DO NOTHING
