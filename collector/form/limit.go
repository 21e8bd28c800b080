package form

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one address and one link may do. Rates are events a second. Many people of one office share an
// address: the limit is against machines, not against a busy morning.
type Limits struct {
	AddressRate, AddressBurst float64 // requests from one address
	TokenRate, TokenBurst     float64 // posts with one link
	MissRate, MissBurst       float64 // unknown links tried from one address
	Remembered                int     // addresses and links that are counted at a time; older ones start afresh
}

// DefaultLimits are the limits of an office of a few thousand behind one address.
func DefaultLimits() Limits {
	return Limits{AddressRate: 100, AddressBurst: 1000, TokenRate: 2, TokenBurst: 60, MissRate: 0.2, MissBurst: 30, Remembered: 20000}
}

// limiters are token buckets by address and by link.
type limiters struct {
	come, miss *buckets[netip.Addr]
	post       *buckets[string]
}

func newLimiters(l Limits) *limiters {
	d := DefaultLimits()
	or := func(a, b float64) float64 {
		if a > 0 {
			return a
		}
		return b
	}
	n := l.Remembered
	if n <= 0 {
		n = d.Remembered
	}
	return &limiters{
		come: newBuckets[netip.Addr](or(l.AddressRate, d.AddressRate), or(l.AddressBurst, d.AddressBurst), n),
		miss: newBuckets[netip.Addr](or(l.MissRate, d.MissRate), or(l.MissBurst, d.MissBurst), n),
		post: newBuckets[string](or(l.TokenRate, d.TokenRate), or(l.TokenBurst, d.TokenBurst), n),
	}
}

func (l *limiters) mayCome(a netip.Addr, now time.Time) bool { return l.come.allow(network(a), now) }
func (l *limiters) mayMiss(a netip.Addr, now time.Time) bool { return l.miss.allow(network(a), now) }
func (l *limiters) mayPost(token string, now time.Time) bool {
	return token == "" || l.post.allow(digest(token), now)
}

// network gives whom an address is counted as: IPv6 hands out whole /64 to one household.
func network(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// buckets remembers at most 2n keys: when a generation of n is full the one before it is forgotten.
type buckets[K comparable] struct {
	mu       sync.Mutex
	now, old map[K]*rate.Limiter
	n        int
	rate     rate.Limit
	burst    int
}

func newBuckets[K comparable](perSecond, burst float64, n int) *buckets[K] {
	return &buckets[K]{now: map[K]*rate.Limiter{}, n: n, rate: rate.Limit(perSecond), burst: max(1, int(burst))}
}

func (b *buckets[K]) allow(key K, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.now[key]
	if !ok {
		if l, ok = b.old[key]; !ok {
			l = rate.NewLimiter(b.rate, b.burst)
		}
		if len(b.now) >= b.n {
			b.old, b.now = b.now, map[K]*rate.Limiter{}
		}
		b.now[key] = l
	}
	return l.AllowN(now, 1)
}
