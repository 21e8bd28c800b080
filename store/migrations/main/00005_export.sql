-- The exports of the warehouse that were written, so that they can be made anew when somebody is forgotten. One row a
-- folder. stale: it holds what was erased since.
CREATE TABLE warehouse_export (
    folder  TEXT PRIMARY KEY,
    host    TEXT NOT NULL,
    made_at TEXT NOT NULL,
    sha256  TEXT NOT NULL, -- of its list of checksums
    safe    INTEGER NOT NULL,
    stale   INTEGER NOT NULL
);

-- That something is gone is news for the loader; what its key was is nobody's business any more.
UPDATE erasure SET gone_key = {random_key};
