package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestWriteRows_TextIsNeverAFormula(t *testing.T) {
	var out bytes.Buffer
	in := `["stage","mean","note"]` + "\n" + `["3か月",2.5,"=HYPERLINK(\"x\")"]` + "\n" + `["半年",null,[1,2]]` + "\n"
	if err := WriteRows(&out, strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	got, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"stage", "mean", "note"}, {"3か月", "2.5", `=HYPERLINK("x")`}, {"半年", "", "[1,2]"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if formula, err := book.GetCellFormula(book.GetSheetName(0), "C2"); err != nil || formula != "" {
		t.Errorf("C2 is the formula %q, %v", formula, err)
	}
	if err := WriteRows(&out, strings.NewReader("{}\n")); err == nil {
		t.Error("a line that is no array is taken")
	}
}
