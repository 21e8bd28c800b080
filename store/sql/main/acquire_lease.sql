-- Takes a lease that is free, over, or already ours.
INSERT INTO lease (name, holder, until)
VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until <= $4
