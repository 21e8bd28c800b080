package directory_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"koe"
	"koe/collector/directory"
	"koe/internal/koetest/browser"
	"koe/journey"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

func at() time.Time { return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC) }

type house struct {
	t     *testing.T
	store *store.Store
	space *journey.Workspace
	sent  int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	must(t, journey.Init(dir, "chuto", "ja"))
	space, problems := journey.Open(dir)
	if serious := problems.Serious(); len(serious) > 0 {
		t.Fatal(serious)
	}
	s, err := store.Open(t.Context(), store.Config{DSN: filepath.Join(t.TempDir(), "koe.sqlite"), Location: space.Location})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return &house{t: t, store: s, space: space}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) person(id, name, bureau, division string, left koe.Date) {
	h.t.Helper()
	must(h.t, h.store.SavePeople(h.t.Context(), at(), []koe.Person{{ID: id, Name: name, Email: id + "@example.go.jp", Role: "hire",
		Segments: map[string]string{"bureau": bureau, "division": division}, Spells: []koe.Spell{{Number: 1, JoinedOn: koe.NewDate(2026, 4, 1), LeftOn: left}}}}))
}

// says sends a profile in the n-th year.
func (h *house) says(id string, year int, agree float64, texts map[string]string) {
	h.t.Helper()
	p, err := h.store.PersonByID(h.t.Context(), id)
	must(h.t, err)
	inv := koe.Invitation{Journey: "directory", Stage: "profile", Person: p.Key, Spell: 1, Occurrence: year, Survey: "profile", Version: 1, Mode: koe.Identified,
		AnchorOn: koe.NewDate(2026, 4, 1), DueOn: koe.NewDate(2025+year, 8, 1), ClosesOn: koe.NewDate(2025+year, 9, 1)}
	created, err := h.store.CreateInvitations(h.t.Context(), at(), []koe.Invitation{inv})
	must(h.t, err)
	h.sent++
	answers := map[string]koe.Answer{"DIR_OK": {Value: &agree}}
	for q, text := range texts {
		answers[q] = koe.Answer{Text: text}
	}
	_, err = h.store.Submit(h.t.Context(), at(), koe.Submission{ID: fmt.Sprint("s", h.sent), Invitation: created[0].Key, Language: "ja", Source: koe.SourceForm,
		SubmittedAt: at().Add(time.Duration(h.sent) * time.Minute), Answers: answers})
	must(h.t, err)
}

func (h *house) write(folder string) directory.Result {
	h.t.Helper()
	r, err := directory.Write(h.t.Context(), directory.Config{Store: h.store, Workspace: h.space}, at().Add(24*time.Hour), folder)
	must(h.t, err)
	return r
}

// all is every byte of every file below a folder.
func all(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			content, err := os.ReadFile(path)
			b.WriteString(path + "\n" + string(content) + "\n")
			return err
		}
		return err
	}))
	return b.String()
}

func profile(job, skills string) map[string]string {
	return map[string]string{"DIR_JOB": job, "DIR_TEAM": "AMLチーム", "DIR_EXT": "1234", "DIR_SKILLS": skills, "DIR_HELLO": "気軽に声をかけてください。"}
}

func (h *house) people() {
	h.person("A1", "金融 太郎", "総務局", "人事課", koe.Date{})
	h.person("A2", "鈴木 花子", "政策局", "調査課", koe.Date{})
	h.person("A3", "佐藤 次郎", "政策局", "調査課", koe.Date{})
	h.person("A4", "離職 三郎", "政策局", "調査課", koe.NewDate(2026, 8, 31))
	h.person("A5", "高橋 四郎", "総務局", "会計課", koe.Date{})
	h.says("A1", 1, 1, profile("弁護士", "コンプライアンス、金融規制。"))
	h.says("A2", 1, 1, profile("公認会計士", "監査。\n国際会計基準。"))
	h.says("A3", 1, 0, profile("弁護士", "同意していない人の経歴"))
	h.says("A4", 1, 1, profile("弁護士", "辞めた人の経歴"))
	h.says("A5", 1, 1, profile("弁護士", "はじめは同意した人の経歴"))
}

func TestWrite_ShowsWhoAgreedAndNobodyElse(t *testing.T) {
	h := newHouse(t)
	h.people()
	folder := filepath.Join(t.TempDir(), "out", "directory")
	r := h.write(folder)
	if diff := cmp.Diff(directory.Result{People: 3, Withheld: 2, Languages: []string{"ja", "en"}, Folder: folder}, r); diff != "" {
		t.Error(diff)
	}
	content := all(t, folder)
	for _, want := range []string{"金融 太郎", "鈴木 花子", "高橋 四郎", "総務局 人事課", "政策局 調査課", "公認会計士", "国際会計基準", "2026年4月採用", "joined in 2026-04", "1234"} {
		if !strings.Contains(content, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	for _, never := range []string{"佐藤", "離職", "同意していない", "辞めた", "A1", "@example.go.jp", "前職"} { // 前職: a field that everybody left empty
		if strings.Contains(content, never) {
			t.Errorf("%q is in the directory", never)
		}
	}

	// The consent is taken back a year later: the person is in no file any more.
	h.says("A5", 2, 0, nil)
	if r := h.write(folder); r.People != 2 {
		t.Errorf("%d pages", r.People)
	}
	if content := all(t, folder); strings.Contains(content, "高橋") || strings.Contains(content, "はじめは同意した") {
		t.Error("a withdrawn page is still there")
	}
	rest, err := filepath.Glob(filepath.Join(filepath.Dir(folder), ".koe-directory*"))
	if err != nil || len(rest) != 0 {
		t.Errorf("left beside the folder: %v", rest)
	}
}

func TestWrite_IsTheSameWhenMadeAgain(t *testing.T) {
	h := newHouse(t)
	h.people()
	folder := filepath.Join(t.TempDir(), "directory")
	h.write(folder)
	first := all(t, folder)
	h.write(folder)
	if diff := cmp.Diff(first, all(t, folder)); diff != "" {
		t.Error(diff)
	}
}

// A survey that promises confidence never ends on a page, whatever its questions are called.
func TestWrite_TakesIdentifiedSurveysOnly(t *testing.T) {
	h := newHouse(t)
	h.people()
	for _, j := range h.space.Journeys {
		for i := range j.Surveys {
			if j.Surveys[i].ID == "profile" {
				j.Surveys[i].Mode = koe.Confidential
			}
		}
	}
	if r := h.write(filepath.Join(t.TempDir(), "directory")); r.People != 0 {
		t.Errorf("%d pages from a confidential survey", r.People)
	}
}

func TestWrite_RefusesAFolderThatHoldsOtherFiles(t *testing.T) {
	h := newHouse(t)
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "important.txt"), []byte("keep"), 0o600))
	_, err := directory.Write(t.Context(), directory.Config{Store: h.store, Workspace: h.space}, at(), folder)
	if koe.KindOf(err) != koe.Conflict {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(folder, "important.txt")); err != nil || string(b) != "keep" {
		t.Error("a foreign file was touched")
	}
}

func TestWrite_TextsDoNothingOnAPage(t *testing.T) {
	h := newHouse(t)
	h.person("A1", `<script>alert("name")</script>`, "総務局", "人事課", koe.Date{})
	h.says("A1", 1, 1, profile(`"><img src=x onerror=alert(1)>`, `</dd><script>alert(1)</script> javascript:alert(1) =HYPERLINK("x")`))
	folder := filepath.Join(t.TempDir(), "directory")
	h.write(folder)
	content := all(t, folder)
	if strings.Contains(content, "<script") || strings.Contains(content, "<img") {
		t.Error("a text became markup")
	}
}

func TestWrite_PhotographsAreSmallAndSayNothingOfTheCamera(t *testing.T) {
	h := newHouse(t)
	h.people()
	picture := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for y := range 900 {
		for x := range 1200 {
			picture.Set(x, y, color.RGBA{uint8(x / 5), uint8(y / 4), 120, 255})
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, picture, nil))
	exif := []byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00GPS 35.6740 139.7510 ......")
	raw := append(exif[:2+2+0x20], b.Bytes()[2:]...)
	must(t, os.MkdirAll(h.space.Path("photos"), 0o755))
	must(t, os.WriteFile(filepath.Join(h.space.Path("photos"), "A1.jpg"), raw, 0o600))
	must(t, os.WriteFile(filepath.Join(h.space.Path("photos"), "A3.jpg"), raw, 0o600)) // did not agree
	folder := filepath.Join(t.TempDir(), "directory")
	if r := h.write(folder); r.Photos != 1 {
		t.Fatalf("%d photographs", r.Photos)
	}
	files, err := filepath.Glob(filepath.Join(folder, "p", "*.jpg"))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("photographs: %v", files)
	}
	got, err := os.ReadFile(files[0])
	must(t, err)
	size, err := jpeg.DecodeConfig(bytes.NewReader(got))
	must(t, err)
	if bytes.Contains(got, []byte("GPS")) || size.Width != 400 || size.Height != 300 {
		t.Errorf("%d × %d, GPS %v", size.Width, size.Height, bytes.Contains(got, []byte("GPS")))
	}
	must(t, os.WriteFile(filepath.Join(h.space.Path("photos"), "A2.png"), []byte("not a picture"), 0o600))
	if _, err := directory.Write(t.Context(), directory.Config{Store: h.store, Workspace: h.space}, at(), folder); koe.KindOf(err) != koe.Invalid || !strings.Contains(err.Error(), "A2") {
		t.Errorf("a broken photograph: %v", err)
	}
}

func TestWrite_EmptyDirectoryIsAPageToo(t *testing.T) {
	h := newHouse(t)
	folder := filepath.Join(t.TempDir(), "directory")
	if r := h.write(folder); r.People != 0 {
		t.Error(r)
	}
	if content := all(t, folder); !strings.Contains(content, "まだいません") {
		t.Error(content)
	}
}

func TestPages_AreAccessibleAndFitAPhone(t *testing.T) {
	h := newHouse(t)
	h.people()
	folder := filepath.Join(t.TempDir(), "directory")
	h.write(folder)
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()
	people, err := filepath.Glob(filepath.Join(folder, "p", "*.html"))
	must(t, err)
	for _, l := range []struct {
		name string
		look browser.Look
	}{{"phone", browser.Look{Width: 390, Height: 844}}, {"desk", browser.Look{Width: 1280, Height: 900, Dark: true}}} {
		b := browser.Open(t, l.look)
		for n, path := range []string{"/", "/en/", "/p/" + filepath.Base(people[0]), "/en/p/" + filepath.Base(people[0])} {
			b.Go(server.URL + path)
			b.Accessible(l.name + path)
			if wide := browser.Eval[int64](b, `document.documentElement.scrollWidth`); wide > l.look.Width {
				t.Errorf("%s%s: %d px wide", l.name, path, wide)
			}
			b.Shot(fmt.Sprintf("directory-%s-%d", l.name, n))
		}
		b.Go(server.URL + "/")
		b.Click(`.columns a`)
		b.WaitFor(`location.pathname.startsWith('/p/')`)
		b.Click(`.langs a`)
		b.WaitFor(`location.pathname.startsWith('/en/p/') && document.documentElement.lang === 'en'`)
		b.Click(`a.back`)
		b.WaitFor(`location.pathname === '/en/index.html' || location.pathname === '/en/'`)
	}
}
