-- Releases; the conditions follow.
SELECT number, name, state, basis, inputs, data_until, min_group, min_comments, prepared_at, prepared_by, approved_at, approved_by,
    withdrawn_at, withdrawn_by, exported_at
FROM release
