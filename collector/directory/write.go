package directory

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // photographs come as PNG too
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"koe"
	"koe/internal/whole"
	"koe/journey"
)

//go:embed templates/*.html templates/style.css
var files embed.FS

// marker is in every folder that this package made, and says that it may be replaced.
const marker = ".koe-directory"

// Made reports whether a folder is a directory that this package wrote.
func Made(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, marker))
	return err == nil
}

const photoEdge = 480 // pixels of a photograph's longer edge

// replaceFolder has fill write a new folder, which takes the place of the old one as a whole.
func replaceFolder(folder string, fill func(dir string) error) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case len(entries) > 0:
		if !Made(folder) {
			return koe.Errorf(koe.Conflict, "the folder %s holds other files; name an empty one or one that koe directory made", folder)
		}
	}
	return whole.Folder(folder, 0o755, func(dir string) error {
		if err := writeFile(filepath.Join(dir, marker), []byte("made by koe directory; the whole folder is replaced each time\n")); err != nil {
			return err
		}
		return fill(dir)
	})
}

func writeFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// copyPhoto writes a person's photograph, when there is one, smaller and without what cameras add to it (place, time).
func copyPhoto(from, person, dir, slug string) (name string, err error) {
	if person == "" || person != filepath.Base(person) || strings.HasPrefix(person, ".") {
		return "", nil
	}
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"} {
		b, err := os.ReadFile(filepath.Join(from, person+ext))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		head, _, err := image.DecodeConfig(bytes.NewReader(b))
		if err != nil || head.Width*head.Height > 100e6 {
			return "", koe.Errorf(koe.Invalid, "it cannot be read as a JPEG or PNG picture of at most 100 megapixels")
		}
		picture, _, err := image.Decode(bytes.NewReader(b))
		if err != nil {
			return "", koe.Errorf(koe.Invalid, "it cannot be read as a JPEG or PNG picture")
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, shrink(picture, photoEdge), &jpeg.Options{Quality: 85}); err != nil {
			return "", err
		}
		name = slug + ".jpg"
		return name, writeFile(filepath.Join(dir, "p", name), out.Bytes())
	}
	return "", nil
}

// shrink averages blocks of pixels until the longer edge is at most edge.
func shrink(src image.Image, edge int) image.Image {
	b := src.Bounds()
	step := (max(b.Dx(), b.Dy()) + edge - 1) / edge
	w, h := max(1, b.Dx()/step), max(1, b.Dy()/step)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sum [3]uint32
			for dy := range step {
				for dx := range step {
					r, g, bl, a := src.At(b.Min.X+x*step+dx, b.Min.Y+y*step+dy).RGBA()
					for i, c := range []uint32{r, g, bl} {
						sum[i] += (c + 0xffff - a) >> 8 // what is transparent becomes white
					}
				}
			}
			n := uint32(step * step)
			dst.SetRGBA(x, y, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}) //nolint:gosec // averages of bytes
		}
	}
	return dst
}

// phrases are the directory's own words.
func phrases(lang string) map[string]string {
	if base, _, _ := strings.Cut(lang, "-"); base == "ja" {
		return map[string]string{"index": "一覧へ戻る", "sections": "部署から探す", "professions": "職種から探す", "none": "（所属なし）", "noprofession": "（職種の記入なし）",
			"joined": "%d年%d月採用", "empty": "掲載に同意された方はまだいません。", "note": "掲載に同意した方を、ご本人の言葉で紹介しています。組織の外へは公開しないでください。", "people": "%d人"}
	}
	return map[string]string{"index": "Back to the index", "sections": "By section", "professions": "By profession", "none": "(no section)", "noprofession": "(no profession given)",
		"joined": "joined in %d-%02d", "empty": "Nobody has agreed to be shown yet.", "note": "People who agreed, in their own words. Please do not publish outside the organisation.", "people": "%d people"}
}

type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

type entryView struct{ Href, Name, Profession, Section string }

type groupView struct {
	Name   string
	People []entryView
}

type pageView struct {
	Lang, Title, Organization, Root, Index string
	Languages                              []languageLink
	T                                      map[string]string

	Count                 string // index
	Sections, Professions []groupView

	Section, Joined, Photo string // person
	Rows                   []row
}

// writePages writes the index and a page a person in each language. The first language has the folder, others a
// sub-folder named after them.
func writePages(dir string, w *journey.Workspace, profiles []profile, languages []string) error {
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "style.css"), style); err != nil {
		return err
	}
	layout := template.Must(template.ParseFS(files, "templates/layout.html"))
	index := template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/index.html"))
	person := template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/person.html"))
	for i, lang := range languages {
		folder, up := "", "" // of this language, and the way from its index to the root
		if i > 0 {
			folder, up = lang, "../"
		}
		t := phrases(lang)
		base := pageView{Lang: lang, Organization: w.Settings.Organization.In(lang), T: t}
		base.Title = map[bool]string{true: "専門家 虎の巻", false: "The directory of experts"}[strings.HasPrefix(lang, "ja")]
		if len(profiles) > 0 && profiles[0].journey.Title.In(lang) != "" {
			base.Title = profiles[0].journey.Title.In(lang)
		}
		view := base
		view.Root, view.Languages = up, links(languages, lang, up, "index.html")
		view.Count = fmt.Sprintf(t["people"], len(profiles))
		view.Sections = group(profiles, func(p *profile) string { return p.section(w) }, t["none"], w)
		view.Professions = group(profiles, func(p *profile) string { return p.profession }, t["noprofession"], w)
		if err := writePage(index, filepath.Join(dir, folder, "index.html"), view); err != nil {
			return err
		}
		for n := range profiles {
			p := &profiles[n]
			view := base
			view.Root, view.Index, view.Languages = up+"../", "../index.html", links(languages, lang, up+"../", "p/"+p.slug+".html")
			view.Title, view.Section, view.Rows = p.name, p.section(w), p.rows(lang)
			if !p.joined.IsZero() {
				view.Joined = fmt.Sprintf(t["joined"], p.joined.Year, int(p.joined.Month))
			}
			if p.photo != "" {
				view.Photo = up + "../p/" + p.photo
			}
			if err := writePage(person, filepath.Join(dir, folder, "p", p.slug+".html"), view); err != nil {
				return err
			}
		}
	}
	return nil
}

func writePage(t *template.Template, path string, v pageView) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
}

// links leads to the same page in the other languages.
func links(languages []string, current, root, page string) []languageLink {
	var all []languageLink
	for i, tag := range languages {
		href := root + page
		if i > 0 {
			href = root + tag + "/" + page
		}
		name := tag
		if known := map[string]string{"ja": "日本語", "en": "English"}[tag]; known != "" {
			name = known
		}
		all = append(all, languageLink{tag, name, href, tag == current})
	}
	return all
}

// group sorts people under headings; those without one come last.
func group(profiles []profile, of func(*profile) string, none string, w *journey.Workspace) []groupView {
	people := map[string][]entryView{}
	for i := range profiles {
		p := &profiles[i]
		people[of(p)] = append(people[of(p)], entryView{"p/" + p.slug + ".html", p.name, p.profession, p.section(w)})
	}
	names := make([]string, 0, len(people))
	for name := range people {
		names = append(names, name)
	}
	sort.Slice(names, func(a, b int) bool {
		if (names[a] == "") != (names[b] == "") {
			return names[b] == ""
		}
		return names[a] < names[b]
	})
	groups := make([]groupView, 0, len(names))
	for _, name := range names {
		g := groupView{name, people[name]}
		if name == "" {
			g.Name = none
		}
		groups = append(groups, g)
	}
	return groups
}
