-- Opens a write transaction: its number, which every row that it writes carries.
UPDATE change_counter
SET n = n + 1
