package audit

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"regexp"
	"strings"
)

// read takes a file of the release apart.
func (a *auditor) read(name string, data []byte) {
	d := &document{name: name, bytes: len(data), words: map[string]bool{}}
	a.documents = append(a.documents, d)
	switch strings.ToLower(path.Ext(name)) {
	case ".html":
		a.readPage(d, data)
	case ".json":
		a.readJSON(d, data)
	case ".xlsx":
		a.readPackage(d, "", data)
	default:
		d.pieces = append(d.pieces, piece{"", data, false})
		a.add(Finding{Kind: Unread, File: name, What: both("この種類のファイルは読めないので、何が入っているか保証できません。", "a file of a kind that the audit cannot read; it cannot vouch for it")})
	}
}

// known are the parts that a workbook of a report has. Anything else (comments, pivot caches, embedded workbooks, pictures,
// links to other files, macros) can carry what a reader of the sheets does not see.
var known = regexp.MustCompile(`^(\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/workbook\.xml|xl/styles\.xml|xl/sharedStrings\.xml|` +
	`xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml|xl/charts/chart\d+\.xml|xl/drawings/drawing\d+\.xml|xl/(worksheets/|drawings/)?_rels/[a-z]+\d*\.xml\.rels)$`)

// mostUnpacked bounds what one file may unpack to, in bytes.
const mostUnpacked = 1 << 30

// readPackage unpacks a zip; inside says where it was found, "" for the file itself.
func (a *auditor) readPackage(d *document, inside string, data []byte) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		a.add(Finding{Kind: Unread, File: d.name, Place: inside, What: both("Excelのファイルとして開けません。", "it does not open as a workbook")})
		d.pieces = append(d.pieces, piece{inside, data, false})
		return
	}
	parts := map[string][]byte{}
	if z.Comment != "" {
		a.add(Finding{Kind: Hidden, File: d.name, Place: "zip", What: both("zipのコメントに文字があります。", "the zip carries a comment")})
		d.pieces = append(d.pieces, piece{"zip", []byte(z.Comment), false})
	}
	packed := int64(0)
	for _, f := range z.File {
		packed += int64(f.CompressedSize64)
		if len(f.Extra) > 0 || f.Comment != "" {
			a.add(Finding{Kind: Hidden, File: d.name, Place: inside + f.Name, What: both("zipの見出しに余分なデータがあります。", "extra data in the header of the zip")})
			d.pieces = append(d.pieces, piece{inside + f.Name, []byte(f.Comment + string(f.Extra)), false})
		}
		content, err := unpack(f)
		if err != nil || d.bytes+len(content) > mostUnpacked {
			a.add(Finding{Kind: Unread, File: d.name, Place: inside + f.Name, What: both("この部分は読めません。", "this part cannot be read")})
			continue
		}
		d.bytes += len(content)
		if _, twice := parts[f.Name]; twice {
			a.add(Finding{Kind: Hidden, File: d.name, Place: inside + f.Name, What: both("同じ名前の部分が二つあります。", "two parts of one name")})
		}
		parts[f.Name] = content
		d.pieces = append(d.pieces, piece{inside + f.Name, content, false})
		switch {
		case inside != "" || !known.MatchString(f.Name):
			a.add(Finding{Kind: Hidden, File: d.name, Place: inside + f.Name, What: both("報告書にはない部分が入っています。読者に見えないものを運べます。", "a part that no report has; it can carry what a reader does not see")})
			if bytes.HasPrefix(content, []byte("PK\x03\x04")) && strings.Count(inside, "!") < 3 {
				a.readPackage(d, inside+f.Name+"!", content)
			}
		}
	}
	// What no entry accounts for: data before, between or behind the entries. A local and a central header take 76 bytes
	// and two names, the end 22.
	accounted := packed + 22
	for _, f := range z.File {
		accounted += 76 + 2*int64(len(f.Name)) + 24
	}
	if int64(len(data)) > accounted {
		a.add(Finding{Kind: Hidden, File: d.name, Place: inside + "zip", What: both("どの部分にも属さないデータがあります。", "data that belongs to no part")})
		d.pieces = append(d.pieces, piece{inside + "zip", data, false})
	}
	if inside == "" {
		a.readBook(d, parts)
	}
}

func unpack(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, mostUnpacked))
}
