package audit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"koe"
)

// listing is a folder with one page and this release.json, in which SIZE and DIGEST are those of the page.
func listing(t *testing.T, manifest string) []Finding {
	t.Helper()
	dir := t.TempDir()
	page := "<!DOCTYPE html><html><body><p>要点</p>" + strings.Repeat("<p>余白</p>", 3000) + "</body></html>"
	manifest = strings.NewReplacer("SIZE", fmt.Sprint(len(page)), "DIGEST", fmt.Sprintf("%x", sha256.Sum256([]byte(page)))).Replace(manifest)
	for name, content := range map[string]string{"koe-report.html": page, "release.json": manifest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Check(context.Background(), dir, Truth{MinGroup: 5, People: []koe.Person{{ID: fmt.Sprint(len(page)), Name: "試験 太郎"}}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

func TestManifest_ASizeIsNoNumberOfAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		manifest string
		kind     Kind // of the one finding; "" for none
	}{
		"as koe writes it":        {`{"release":"2026-10-01","thresholds":{"min_group":5},"inputs_sha256":"DIGEST","files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"}]}`, ""},
		"the number in a text":    {`{"release":"SIZE","files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"}]}`, Leak},
		"a name":                  {`{"release":"試験 太郎","files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"}]}`, Leak},
		"a number of its own":     {`{"mean":3.4,"files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"}]}`, Hidden},
		"a figure among the rows": {`{"rows":[{"table":"trend","rows":2.7}],"files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"}]}`, Hidden},
		"another size":            {`{"files":[{"name":"koe-report.html","language":"ja","bytes":34,"sha256":"DIGEST"}]}`, Differs},
		"another digest":          {`{"files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"` + strings.Repeat("00", 32) + `"}]}`, Differs},
		"a file that is not there": {`{"files":[{"name":"koe-report.html","language":"ja","bytes":SIZE,"sha256":"DIGEST"},{"name":"koe-3.4.html","bytes":1}]}`,
			Differs},
	} {
		t.Run(name, func(t *testing.T) {
			found := listing(t, c.manifest)
			switch {
			case c.kind == "" && len(found) > 0:
				t.Errorf("%+v", found)
			case c.kind != "" && (len(found) != 1 || found[0].Kind != c.kind):
				t.Errorf("want one %s: %+v", c.kind, found)
			}
		})
	}
}

// Another koe had another style sheet: what stands in a file as koe made it is its own.
func TestCheck_AStyleSheetOfThenIsTheReportsOwnInAFileAsItWasMade(t *testing.T) {
	const page = "<!DOCTYPE html><html><head><style>h1{color:#123}</style><script>draw()</script></head><body><p>要点</p></body></html>"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "koe-report.html"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		made string
		want int
	}{
		"as it was made": {fmt.Sprintf("%x", sha256.Sum256([]byte(page))), 0},
		"changed since":  {fmt.Sprintf("%x", sha256.Sum256([]byte(page+" "))), 2},
		"of no release":  {"", 2},
	} {
		r, err := Check(t.Context(), dir, Truth{MinGroup: 5, Fixed: []string{"h1{color:#456}"}, Made: map[string]string{"koe-report.html": c.made}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != c.want {
			t.Errorf("%s: %d findings, want %d: %+v", name, len(r.Findings), c.want, r.Findings)
		}
	}
}
