package store

import "time"

// pace tells the writer how long to keep a group open. A commit waits for the disk whatever it holds, so those who send at the
// same time do best to share one; but somebody who sends alone should wait for nobody. So while others come too, a group
// stays open for as long as a commit takes: half of the time is the disk's, half is everybody else's.
type pace struct {
	last, before int           // sizes of the two groups before
	sync         time.Duration // what a commit takes, smoothed
}

// paceMost bounds the wait on a slow disk.
const paceMost = 5 * time.Millisecond

// patience is how much longer a group of n waits for one more after it has been open for a time; 0 for not at all.
func (p *pace) patience(n int, open time.Duration) time.Duration {
	if n+p.last+p.before <= 3 { // nobody but one who sends again and again
		return 0
	}
	return max(0, min(p.sync, paceMost)-open)
}

// committed takes note of a group of n and of how long its commit took.
func (p *pace) committed(n int, took time.Duration) {
	p.last, p.before = n, p.last
	if p.sync == 0 {
		p.sync = took
	}
	p.sync += (took - p.sync) / 8
}
