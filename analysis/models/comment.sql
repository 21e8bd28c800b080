-- comment: one row a comment that says something, masked (METHOD 6). From red_comment.
INSERT INTO comment SELECT response_key, question, text, themes, cleared FROM red_comment ORDER BY ALL;
