// Package browser drives a real Chromium in tests: pages are opened, read and operated as people do, pictures are taken for
// people to look at, and axe-core judges accessibility. Only tests import it.
package browser

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is one tab of a real Chromium.
type Tab struct {
	t   testing.TB
	ctx context.Context
}

// Look is what a visitor's browser is like.
type Look struct {
	Width, Height int64
	Dark          bool
	NoScript      bool
	Flags         []chromedp.ExecAllocatorOption
}

// Open starts a browser of its own. It fails, and does not skip, where there is none.
func Open(t testing.TB, l Look) *Tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("these tests need a browser: install the Debian package chromium")
	}
	flags := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()),
	}, l.Flags...)
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, stopTab := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser is gone, so that its folder can be removed
		stopTab()
		stopAlloc()
	})
	if l.Width == 0 {
		l.Width, l.Height = 390, 844
	}
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	b := &Tab{t, ctx}
	if err := chromedp.Do(ctx); err != nil { // starts the browser; its context must not end with a step
		t.Fatalf("browser: %v", err)
	}
	b.Do(
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.Width, Height: l.Height, DeviceScaleFactor: 1, Mobile: l.Width < 600})
			return chromedp.Void{}, err
		},
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			return chromedp.Void{}, err
		},
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.NoScript})
			return chromedp.Void{}, err
		})
	return b
}

// Do runs actions in the tab, each within 30 seconds.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

// Go opens an address.
func (b *Tab) Go(url string) { b.t.Helper(); b.Do(chromedp.Navigate(url)) }

// Click clicks the first element that a CSS selector finds.
func (b *Tab) Click(css string) { b.t.Helper(); b.Do(chromedp.Click(chromedp.CSS(css))) }

// Write types into a field.
func (b *Tab) Write(css, s string) { b.t.Helper(); b.Do(chromedp.SendKeys(chromedp.CSS(css), s)) }

// Press presses keys where the focus is.
func (b *Tab) Press(keys ...string) { b.t.Helper(); b.Do(chromedp.KeyEvent(strings.Join(keys, ""))) }

// ToField presses the tab key until a field that matches has the focus, and fails when the focus does not show there.
func (b *Tab) ToField(css string) {
	b.t.Helper()
	for range 60 {
		b.Press(kb.Tab)
		if Eval[bool](b, "!!document.activeElement && document.activeElement.matches(`"+css+"`)") {
			if !Eval[bool](b, `(() => { const e = document.activeElement, s = getComputedStyle(e.closest('.option') ?? e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()`) {
				b.t.Errorf("%s has the focus and does not show it", css)
			}
			return
		}
	}
	b.t.Fatalf("the tab key never reaches %s on %q", css, b.Heading())
}

// Eval runs JavaScript in the page and gives its value.
func Eval[T any](b *Tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("browser: %v\n%.200s", err, script)
	}
	return v
}

// Heading is the page's h1.
func (b *Tab) Heading() string {
	b.t.Helper()
	return Eval[string](b, `document.querySelector('h1')?.textContent.trim() ?? ''`)
}

// WaitHeading waits until the page has this h1.
func (b *Tab) WaitHeading(want string) {
	b.t.Helper()
	b.WaitFor(fmt.Sprintf(`document.querySelector('h1')?.textContent.trim() === %q`, want))
}

// WaitFor waits until a JavaScript expression holds.
func (b *Tab) WaitFor(expression string) {
	b.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		cancel()
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("never became true: %s (last error %v); the page says:\n%s", expression, err, Eval[string](b, `document.body.innerText`))
		}
		time.Sleep(30 * time.Millisecond) // between two looks at the page
	}
}

// Shot writes a picture of the whole page into the folder KOE_SHOTS, when it is set: for people to look at.
func (b *Tab) Shot(name string) {
	dir := os.Getenv("KOE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// axeCore is axe-core's script, from npm, fetched once a test run into a temporary folder.
var axeCore = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "koe-axe-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", "axe-core@4")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack axe-core: %w: %s (install the Debian package npm)", err, out)
	}
	packed, err := filepath.Glob(filepath.Join(dir, "axe-core-*.tgz"))
	if err != nil || len(packed) != 1 {
		return "", errors.New("npm pack left no package")
	}
	file, err := os.Open(packed[0])
	if err != nil {
		return "", err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if err != nil {
			return "", fmt.Errorf("axe.min.js in the package: %w", err)
		}
		if h.Name == "package/axe.min.js" {
			script, err := io.ReadAll(files)
			return string(script), err
		}
	}
})

// Accessible fails when axe-core finds a violation of WCAG 2.2 A or AA, or of its best practices, on the page.
func (b *Tab) Accessible(where string) {
	b.t.Helper()
	script, err := axeCore()
	if err != nil {
		b.t.Fatal(err)
	}
	Eval[int](b, script+`;0`)
	found := Eval[string](b, `axe.run(document).then(r => JSON.stringify({
		passes: r.passes.length, violations: r.violations.map(v => v.id + ': ' + v.help + ' – ' + v.nodes.map(n => n.html + ' ' + (n.any[0]?.message ?? '')).join(' | '))}))`)
	var r struct {
		Passes     int
		Violations []string
	}
	if err := json.Unmarshal([]byte(found), &r); err != nil {
		b.t.Fatal(err)
	}
	if r.Passes < 10 {
		b.t.Errorf("%s: axe looked at almost nothing (%d rules)", where, r.Passes)
	}
	if len(r.Violations) > 0 {
		b.t.Errorf("%s: %d violations\n%s", where, len(r.Violations), strings.Join(r.Violations, "\n"))
	}
}

// Reload is the reload button.
func Reload(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	return chromedp.Reload()(ctx, t)
}

// Back is the back button.
func Back(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	return chromedp.NavigateBack()(ctx, t)
}

// HostRules makes the browser find a name without a name server.
func HostRules(rules string) []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{chromedp.Flag("host-resolver-rules", rules)}
}
