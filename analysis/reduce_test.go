package analysis

import (
	"strings"
	"testing"
)

func TestTogether_JoinsNeighboursOfOneTable(t *testing.T) {
	got := together(`-- a: what it is
CREATE TABLE a (x INTEGER);
INSERT INTO a SELECT 1 FROM
    (SELECT 2) AS s;

INSERT INTO a SELECT 3;
CREATE OR REPLACE TEMP TABLE t AS SELECT 4
    AS x;
INSERT INTO a SELECT 5;
INSERT INTO b SELECT 6;
INSERT INTO b VALUES (7);
COMMENT ON TABLE a IS 'What it is.';
`)
	want := `-- a: what it is
CREATE TABLE a (x INTEGER);
INSERT INTO a SELECT 1 FROM
    (SELECT 2) AS s
UNION ALL SELECT 3;
CREATE OR REPLACE TEMP TABLE t AS SELECT 4
    AS x;
INSERT INTO a SELECT 5;
INSERT INTO b SELECT 6;
INSERT INTO b VALUES (7);
COMMENT ON TABLE a IS 'What it is.';
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	ten := strings.Repeat("INSERT INTO a SELECT 1;\n", 10)
	if got := together(ten); strings.Count(got, ";\n") != 2 || strings.Count(got, "UNION ALL") != 8 {
		t.Errorf("of ten statements:\n%s", got)
	}
}
