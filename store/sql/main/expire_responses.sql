-- Responses and invitations that were behind no release from $1 on, nor behind an older row that is left.
DELETE FROM release_response
WHERE until <> 0 AND until <= (SELECT COALESCE(MIN(since), CAST($1 AS INTEGER)) FROM release_figure WHERE until <> 0 AND until <= CAST($1 AS INTEGER))
