-- A published row may be of one response (a comment): it goes with the response.
ALTER TABLE release_figure ADD COLUMN response_key TEXT NOT NULL DEFAULT '';
CREATE INDEX release_figure_response ON release_figure (response_key) WHERE response_key <> '';
