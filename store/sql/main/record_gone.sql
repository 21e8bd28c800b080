-- Who was erased before release $1 is not behind it.
UPDATE release_gone
SET until = $1
WHERE until = 0 AND since < $1
