-- The number of the last write transaction; every row that one writes carries it.
CREATE TABLE change_counter (n INTEGER NOT NULL);
INSERT INTO change_counter VALUES (0);
