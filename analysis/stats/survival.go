package stats

import (
	"math"
	"sort"
)

// Duration is how long somebody was watched and whether the event (leaving) ended it; if not, it is censored.
type Duration struct {
	Time  float64
	Event bool
	Count int64 // people with the same; 0 counts as 1
}

func (d Duration) people() int64 { return max(d.Count, 1) }

// Survival is one step of a Kaplan–Meier curve.
type Survival struct {
	Time           float64
	AtRisk, Events int64
	S              float64
	SE             float64  // Greenwood; NaN when S is 0
	CI             Interval // log-log; none when S is 0 or 1
}

// KaplanMeier gives a step at each time with an event, in order of time (Kaplan & Meier 1958; Greenwood; log-log interval).
func KaplanMeier(all []Duration, level float64) []Survival {
	times, at := groupTimes(all)
	var risk int64
	for _, g := range at {
		risk += g.events + g.censored
	}
	var out []Survival
	s, greenwood, z := 1.0, 0.0, NormalQuantile(0.5+level/2)
	for _, t := range times {
		g := at[t]
		if g.events > 0 {
			s *= 1 - float64(g.events)/float64(risk)
			step := Survival{Time: t, AtRisk: risk, Events: g.events, S: s, SE: math.NaN(), CI: none}
			if risk == g.events {
				s, step.S = 0, 0
			} else {
				greenwood += float64(g.events) / (float64(risk) * float64(risk-g.events))
				step.SE = s * math.Sqrt(greenwood)
				if s < 1 {
					half := z * math.Sqrt(greenwood) / math.Log(s)
					step.CI = Interval{math.Pow(s, math.Exp(-half)), math.Pow(s, math.Exp(half))}
				}
			}
			out = append(out, step)
		}
		risk -= g.events + g.censored
	}
	return out
}

// At gives the step in force at time t (S = 1 before the first event) and the number still at risk just after t.
func At(steps []Survival, all []Duration, t float64) (s Survival, atRisk, events int64) {
	s = Survival{Time: 0, S: 1, CI: none, SE: 0}
	for _, step := range steps {
		if step.Time <= t {
			s = step
			events += step.Events
		}
	}
	for _, d := range all {
		if d.Time >= t {
			atRisk += d.people()
		}
	}
	return s, atRisk, events
}

type tally struct{ events, censored int64 }

func groupTimes(all []Duration) ([]float64, map[float64]tally) {
	at := map[float64]tally{}
	for _, d := range all {
		g := at[d.Time]
		if d.Event {
			g.events += d.people()
		} else {
			g.censored += d.people()
		}
		at[d.Time] = g
	}
	times := make([]float64, 0, len(at))
	for t := range at {
		times = append(times, t)
	}
	sort.Float64s(times)
	return times, at
}

// LogRank compares two groups' survival (Mantel 1966): χ² with one degree of freedom, p, and the events observed and
// expected in each. NaN when no time has both groups at risk.
func LogRank(a, b []Duration) (chi2, p float64, observed [2]int64, expected [2]float64) {
	groups := [2][]Duration{a, b}
	var at [2]map[float64]tally
	var risk [2]int64
	seen := map[float64]bool{}
	for g, all := range groups {
		times, tallies := groupTimes(all)
		at[g] = tallies
		for _, t := range times {
			seen[t] = true
			risk[g] += tallies[t].events + tallies[t].censored
		}
	}
	times := make([]float64, 0, len(seen))
	for t := range seen {
		times = append(times, t)
	}
	sort.Float64s(times)
	var variance float64
	for _, t := range times {
		d := float64(at[0][t].events + at[1][t].events)
		n0, n := float64(risk[0]), float64(risk[0]+risk[1])
		if d > 0 {
			expected[0] += d * n0 / n
			expected[1] += d * (n - n0) / n
			if n > 1 {
				variance += d * (n0 / n) * (1 - n0/n) * (n - d) / (n - 1)
			}
		}
		for g := range 2 {
			observed[g] += at[g][t].events
			risk[g] -= at[g][t].events + at[g][t].censored
		}
	}
	if !(variance > 0) {
		return math.NaN(), math.NaN(), observed, expected
	}
	d := float64(observed[0]) - expected[0]
	chi2 = d * d / variance
	return chi2, ChiSquareUpper(chi2, 1), observed, expected
}
