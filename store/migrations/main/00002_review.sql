-- What people decided about comments: the themes that human coders agreed on, and whether a comment may be quoted. A
-- decision is about one wording: text_check is a short check of the masked text that was read.
CREATE TABLE review (
    response_key TEXT NOT NULL,
    question     TEXT NOT NULL,
    text_check   TEXT NOT NULL,
    themes       TEXT NOT NULL, -- ["theme:valence"], '' when nobody coded it
    cleared      TEXT NOT NULL, -- yes, no, '' when nobody decided
    reviewed_at  TEXT NOT NULL,
    PRIMARY KEY (response_key, question)
);
