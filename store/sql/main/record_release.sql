-- A new release. Two writers of one number: the second fails and tries again.
INSERT INTO release (number, name, state, basis, inputs, data_until, min_group, min_comments, prepared_at, prepared_by, approved_at, approved_by,
    withdrawn_at, withdrawn_by)
VALUES ($1, $2, 'prepared', 1, $3, $4, $5, $6, $7, $8, '', '', '', '')
