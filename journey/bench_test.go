package journey

import "testing"

// BenchmarkOpen is what every command pays before it does anything: the whole pack, read and checked.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	if err := Init(dir, "chuto", "ja"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if w, problems := Open(dir); w == nil || len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
