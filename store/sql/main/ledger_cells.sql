-- The finest groups of all releases.
SELECT cell_key, journey, stage, wave, cohort, members
FROM release_cell
ORDER BY cell_key
