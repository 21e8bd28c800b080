-- A personal reply that was asked for. Asked again in a later version of the answers, its note is the later one.
INSERT INTO request (request_id, slot, person_key, state, created_at, sealed)
VALUES ($1, $2, $3, 'open', $4, $5)
ON CONFLICT (request_id) DO UPDATE
SET sealed = excluded.sealed,
    state = CASE WHEN request.state = 'withdrawn' THEN 'open' ELSE request.state END
