package reports

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"regexp"
	"sort"
	"strings"
)

// normalZip is the zip that excelize writes a workbook through: parts in a fixed order, without times, and the content
// types (which excelize writes in the order of a map) sorted, so that equal workbooks are equal bytes. Each part is
// compressed as it comes, fast rather than small; what a streamed sheet holds is never kept uncompressed.
type normalZip struct {
	out    io.Writer
	change func(name string) func([]byte) []byte // what to do to a part before it is packed; nil for nothing
	parts  []*zipPart
	open   *zipPart
}

type zipPart struct {
	name    string
	packed  bytes.Buffer
	deflate *flate.Writer
	crc     hash.Hash32
	size    uint64
	plain   *bytes.Buffer // of a part that is changed when it is whole
	change  func([]byte) []byte
}

const contentTypes = "[Content_Types].xml"

// Create begins a part; the one before is finished.
func (z *normalZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	p := &zipPart{name: name, crc: crc32.NewIEEE()}
	if p.change = z.change(name); p.change != nil {
		p.plain = &bytes.Buffer{}
	}
	var err error
	if p.deflate, err = flate.NewWriter(&p.packed, flate.BestSpeed); err != nil {
		return nil, err
	}
	z.open = p
	z.parts = append(z.parts, p)
	return p, nil
}

// AddFS is not used by excelize for workbooks that it made itself.
func (z *normalZip) AddFS(fs.FS) error { return fs.ErrInvalid }

func (p *zipPart) Write(b []byte) (int, error) {
	if p.plain != nil {
		return p.plain.Write(b)
	}
	return p.pack(b)
}

func (p *zipPart) pack(b []byte) (int, error) {
	p.crc.Write(b) // never fails
	p.size += uint64(len(b))
	return p.deflate.Write(b)
}

func (z *normalZip) finish() error {
	if z.open == nil {
		return nil
	}
	p := z.open
	z.open = nil
	if p.plain != nil {
		if _, err := p.pack(p.change(p.plain.Bytes())); err != nil {
			return err
		}
	}
	return p.deflate.Close()
}

// Close writes the zip.
func (z *normalZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	sort.SliceStable(z.parts, func(i, j int) bool { return partOrder(z.parts[i].name) < partOrder(z.parts[j].name) })
	w := zip.NewWriter(z.out)
	for _, p := range z.parts {
		f, err := w.CreateRaw(&zip.FileHeader{Name: p.name, Method: zip.Deflate, CRC32: p.crc.Sum32(),
			CompressedSize64: uint64(p.packed.Len()), UncompressedSize64: p.size})
		if err != nil {
			return err
		}
		if _, err := p.packed.WriteTo(f); err != nil {
			return err
		}
	}
	return w.Close()
}

// partOrder puts the content types and the package's relations first, as readers like them, then everything by name.
func partOrder(name string) string {
	switch {
	case name == contentTypes:
		return "0"
	case strings.HasPrefix(name, "_rels/"):
		return "1" + name
	default:
		return "2" + name
	}
}

var contentTypeEntry = regexp.MustCompile(`<(?:Default|Override)\b[^>]*?(?:/>|></(?:Default|Override)>)`)

// sortContentTypes sorts the entries of [Content_Types].xml: defaults before overrides, each by text.
func sortContentTypes(xml []byte) []byte {
	first := contentTypeEntry.FindIndex(xml)
	if first == nil {
		return xml
	}
	entries := contentTypeEntry.FindAllString(string(xml), -1)
	rest := contentTypeEntry.ReplaceAll(xml[first[0]:], nil)
	sort.Strings(entries)
	var b bytes.Buffer
	b.Write(xml[:first[0]])
	for _, e := range entries {
		b.WriteString(e)
	}
	b.Write(rest)
	return b.Bytes()
}
