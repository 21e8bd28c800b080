-- Their numbers under release $1 go.
DELETE FROM release_gone
WHERE until = $1
