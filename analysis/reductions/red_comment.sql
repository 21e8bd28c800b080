-- red_comment: one row a comment that says something: who left it where, masked, what it speaks of, whether it may be
-- quoted. What people decided about the same wording goes before the rules. Surveys whose answers carry a name are left
-- out. From answer_apart, response_* and loader.voice (what the rules read and people decided).
CREATE TABLE red_comment (journey VARCHAR, stage VARCHAR, wave VARCHAR, cell BIGINT, person VARCHAR, response_key VARCHAR, question VARCHAR,
    text VARCHAR, themes VARCHAR[], words VARCHAR[], cleared BOOLEAN, publish_ok BOOLEAN);
{{range .Journeys}}INSERT INTO red_comment SELECT {{lit .ID}}, stage, wave, cell, person, response_key, question, text, coalesce(coded, themes), words, cleared, publish_ok
FROM (SELECT response_key, stage, wave, cell, coalesce(person_key, response_key) AS person, publish_ok FROM {{ident .Table}}
        WHERE latest{{range .Identified}} AND survey <> {{lit .}}{{end}}) AS r
    INNER JOIN (SELECT response_key, question, text, md5(text) AS hash FROM answer_apart WHERE journey = {{lit .ID}} AND text <> '') AS a USING (response_key)
    INNER JOIN (SELECT response_key, question, hash, themes, words, coded, cleared FROM loader.voice WHERE says) AS v USING (response_key, question, hash);
{{end}}
COMMENT ON TABLE red_comment IS 'Comments that say something, masked: one row a comment.';
COMMENT ON COLUMN red_comment.journey IS 'Journey id.';
COMMENT ON COLUMN red_comment.stage IS 'Stage id.';
COMMENT ON COLUMN red_comment.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN red_comment.cell IS 'The finest group of the response.';
COMMENT ON COLUMN red_comment.person IS 'Random key of the commenter; of an anonymous one, of the response.';
COMMENT ON COLUMN red_comment.response_key IS 'Random key of the response.';
COMMENT ON COLUMN red_comment.question IS 'Question id.';
COMMENT ON COLUMN red_comment.text IS 'The comment, masked.';
COMMENT ON COLUMN red_comment.themes IS 'What it speaks of, as theme:valence.';
COMMENT ON COLUMN red_comment.words IS 'Its words that are counted, base forms.';
COMMENT ON COLUMN red_comment.cleared IS 'A person has cleared it for quoting.';
COMMENT ON COLUMN red_comment.publish_ok IS 'Its writer allows it to be quoted.';
