package analysis

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
)

// damage makes one table of the published version unreadable; the file still opens.
func (w *world) damage() {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	path := w.at.current()
	must(os.Chmod(path, 0o644))
	db, err := sql.Open("duckdb", path)
	must(err)
	_, err = db.Exec("CREATE TABLE large AS SELECT hash(range) AS a, hash(range, 1) AS b FROM range(200000); CHECKPOINT")
	must(err)
	var block int64
	must(db.QueryRow("SELECT min(block_id) FROM pragma_storage_info('large') WHERE column_name = 'a' AND segment_type = 'UBIGINT' AND block_id > 0").Scan(&block))
	must(db.Close())
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(err)
	_, err = file.WriteAt([]byte(strings.Repeat("damaged", 1000)), 3*4096+block*262144+100)
	must(err)
	must(file.Close())
}

func TestLoad_ATableThatCannotBeReadIsFoundAndTheWarehouseRebuilt(t *testing.T) {
	w := wholeWorld(t)
	w.build()
	w.damage()
	if _, err := analyze(context.Background(), w.at, w.source(), noon.AddDate(0, 0, 1), nil); err == nil || !strings.Contains(err.Error(), "koe load rebuilds it") {
		t.Errorf("an analysis of a damaged warehouse says %v", err)
	}
	if _, err := analyze(context.Background(), w.at, w.source(), noon, nil); err == nil {
		t.Error("an analysis that has nothing to do does not find the damage")
	}
	if got := w.load(false); !got.Rebuilt || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "large") {
		t.Errorf("load with nothing new: %+v", got)
	}
	w.analyze()
	w.damage()
	w.script = append(w.script, openBatch())
	if got := w.load(false); !got.Rebuilt || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "large") {
		t.Errorf("load: %+v", got)
	}
	if got := w.table("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'large'"); got[0] != "0" {
		t.Error("the damaged table is still there")
	}
}
