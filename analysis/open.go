package analysis

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
)

// openReadOnly opens a DuckDB file that must exist, for reading.
func openReadOnly(path string) (*sql.DB, error) {
	return sql.Open("duckdb", path+"?access_mode=READ_ONLY")
}

// versionFolder is where the versions of the warehouse published at path lie: data/warehouse for data/warehouse.duckdb.
func versionFolder(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// versionBehind gives the version that the published name stands for, and the name itself when there is none. Within
// one process duckdb-go keeps instances by path; a version's own name never means another file.
func versionBehind(path string) string {
	published, err := os.Stat(path)
	if err != nil {
		return path
	}
	versions, _ := filepath.Glob(filepath.Join(versionFolder(path), "*.duckdb"))
	for _, version := range versions {
		if info, err := os.Stat(version); err == nil && os.SameFile(info, published) {
			return version
		}
	}
	return path
}
