package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress draws a bar on a terminal, and nothing elsewhere: the hook that long passes report through.
func (a *app) progress(title string) func(done, total int) {
	if !a.terminal() {
		return func(int, int) {}
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if total <= 0 {
			return // not known yet
		}
		if bar == nil {
			bar = progressbar.NewOptions(total,
				progressbar.OptionSetDescription(title),
				progressbar.OptionSetWriter(a.err),
				progressbar.OptionShowCount(),
				progressbar.OptionSetWidth(30),
				progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionClearOnFinish())
		}
		if bar.GetMax() != total {
			bar.ChangeMax(total)
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no failure of the work
	}
}

// steps draws a bar for a pass of several named steps.
func (a *app) steps() func(step string, done, of int) {
	bar := a.progress(a.say("読込み・分析", "loading, analysing"))
	return func(_ string, done, of int) { bar(done, of) }
}
