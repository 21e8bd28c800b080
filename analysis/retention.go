package analysis

import (
	"context"
	"slices"
	"strings"

	"koe"
	"koe/analysis/stats"
)

// stays is one row of models/retention.sql. Days are counted since 1970.
type stays struct {
	Segment string   `db:"segment"`
	Member  string   `db:"member"`
	Joined  []int64  `db:"joined"`
	Left    []int64  `db:"gone"` // never: still here
	Reasons []string `db:"reasons"`
	N       []int64  `db:"ns"`
}

// never is a day that no stay ends on.
const never = 9_999_999

// censored are the reasons, or parts of them, that end the watching without a leaving: the end of a fixed term, a transfer
// out, a secondment that ends, retirement, death (METHOD 3.8).
var censored = []string{"任期満了", "任期終了", "契約満了", "転出", "出向", "派遣終了", "定年", "死亡", "逝去",
	"end_of_term", "end of term", "term_end", "fixed_term", "contract_end", "expired", "transfer", "secondment", "retire", "death", "died", "deceased"}

func isCensored(reason string) bool {
	reason = strings.ToLower(reason)
	return slices.ContainsFunc(censored, func(part string) bool { return strings.Contains(reason, part) })
}

// retentionMonths are the only times at which retention is shown (METHOD 3.8).
var retentionMonths = []int64{3, 6, 12, 24}

// daysOf is how long so many months are.
func daysOf(months int64) float64 { return float64(months) * 365.25 / 12 }

// durations gives how long each was watched, in days, up to today.
func (a *analyzer) durations(of *stays) []stats.Duration {
	out := make([]stats.Duration, len(of.N))
	today := int64(a.today.DaysSince(koe.NewDate(1970, 1, 1)))
	for i, joined := range of.Joined {
		until, left := today, of.Left[i] <= today
		if left {
			until = of.Left[i]
		}
		out[i] = stats.Duration{Time: float64(max(until-joined, 0)), Event: left && !isCensored(of.Reasons[i]), Count: of.N[i]}
	}
	return out
}

// retention fills the tables retention and retention_test (METHOD 3.8).
func (a *analyzer) retention(ctx context.Context) error {
	rows, err := query[stays](ctx, a, "retention")
	if err != nil {
		return err
	}
	var curves []Retention
	var tests []RetentionTest
	for _, segment := range runs(rows, func(r *stays) string { return r.Segment }) {
		var largest [2]struct {
			member string
			people int64
			all    []stats.Duration
		}
		for i := range segment {
			member := &segment[i]
			all := a.durations(member)
			curves = append(curves, curve(member, all)...)
			var people int64
			for _, d := range all {
				people += d.Count
			}
			for at := range largest {
				if people > largest[at].people {
					copy(largest[at+1:], largest[at:len(largest)-1])
					largest[at].member, largest[at].people, largest[at].all = member.Member, people, all
					break
				}
			}
		}
		if largest[1].people > 0 {
			chi2, p, _, _ := stats.LogRank(largest[0].all, largest[1].all)
			tests = append(tests, RetentionTest{Segment: segment[0].Segment, MemberA: largest[0].member, MemberB: largest[1].member, Chi2: figure(chi2), P: figure(p)})
		}
	}
	return joined(storeMain(ctx, a, "retention", curves), storeMain(ctx, a, "retention_test", tests))
}

// curve reads Kaplan–Meier's curve at the months that anybody was watched for.
func curve(of *stays, all []stats.Duration) (rows []Retention) {
	steps := stats.KaplanMeier(all, 0.95)
	for _, months := range retentionMonths {
		s, atRisk, leavers := stats.At(steps, all, daysOf(months))
		if atRisk == 0 {
			continue
		}
		rows = append(rows, Retention{Segment: of.Segment, Member: of.Member, Months: months, AtRisk: whole(atRisk), Leavers: whole(leavers),
			Survival: figure(s.S), CILow: figure(s.CI.Low), CIHigh: figure(s.CI.High)})
	}
	return rows
}
