package reports

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium without a network: every request but the file itself is refused and noted.
type browser struct {
	ctx context.Context
	mu  sync.Mutex
	bad []string // console errors, exceptions, refused requests
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium; install the Debian package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.Flag("proxy-server", "127.0.0.1:1"))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	ctx, cancelTime := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() { cancelTime(); cancel(); cancelAllocator() })
	b := &browser{ctx: ctx}
	if err := chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				b.bad = append(b.bad, fmt.Sprintf("console %s: %s", e.Type, e.Args[0].Value))
			}
		case *runtime.EventExceptionThrown:
			b.bad = append(b.bad, "exception: "+e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				b.bad = append(b.bad, "log: "+e.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "file://") {
				b.bad = append(b.bad, "request: "+e.Request.URL)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	call(t, b, network.Enable, network.EnableParams{})
	call(t, b, runtime.Enable, cdp.Empty{})
	call(t, b, log.Enable, cdp.Empty{})
	return b
}

func call[P, R any](t testing.TB, b *browser, command cdp.Command[P, R], params P) R {
	t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// count evaluates an expression that gives a whole number.
func (b *browser) count(t testing.TB, expression string) int {
	t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](expression))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// open shows a page at a width, light or dark.
func (b *browser) open(t testing.TB, html []byte, width int64, dark bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, html, 0o600); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.mu.Lock()
	b.bad = nil
	b.mu.Unlock()
	call(t, b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if err := chromedp.Do(b.ctx, chromedp.Navigate("file://"+path), chromedp.WaitReady(chromedp.CSS("footer"))); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.bad...)
}

func (b *browser) shoot(t testing.TB, name string) {
	dir := os.Getenv("KOE_LOOK")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	pdf := call(t, b, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
	_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	_ = os.WriteFile(filepath.Join(dir, name+".pdf"), pdf.Data, 0o600)
}

func TestPage_DrawsEveryChartWithoutANetworkAtEveryWidth(t *testing.T) {
	b := newBrowser(t)
	for _, view := range []struct {
		lang  string
		width int64
		dark  bool
	}{{"ja", 1280, false}, {"ja", 390, true}, {"en", 390, false}} {
		doc := sampleDocument(t, view.lang)
		html, err := writePage(doc)
		if err != nil {
			t.Fatal(err)
		}
		charts := 0
		for _, s := range doc.Sections {
			for _, p := range s.Parts {
				charts += len(p.Charts)
			}
		}
		name := fmt.Sprintf("%s-%d-%v", view.lang, view.width, view.dark)
		b.open(t, html, view.width, view.dark)
		drawn := b.count(t, `document.querySelectorAll(".chart svg").length`)
		empty := b.count(t, `[...document.querySelectorAll(".chart svg")].filter(s => s.getBoundingClientRect().width < 200 || s.querySelectorAll("path").length < 3 || s.querySelectorAll("text").length < 2).length`)
		wide := b.count(t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
		if drawn != charts || empty != 0 {
			t.Errorf("%s: %d of %d charts drawn, %d of them empty", name, drawn, charts, empty)
		}
		if wide > 0 {
			t.Errorf("%s: the page is %d px wider than the screen", name, wide)
		}
		if bad := b.complaints(); len(bad) > 0 {
			t.Errorf("%s: %s", name, strings.Join(bad, "\n"))
		}
		b.shoot(t, name)
	}
}

func sampleDocument(t testing.TB, lang string) *document {
	t.Helper()
	in := sampleInput()
	doc, err := compose(&in, newIndex(in.Published), lang, Scope{}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
