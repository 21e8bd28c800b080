-- A finest group; it may be known.
INSERT INTO release_cell (cell_key, journey, stage, wave, cohort, members)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (cell_key) DO NOTHING
