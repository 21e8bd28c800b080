package analysis

import (
	"context"
	"slices"
	"strings"
	"time"

	"koe"
	"koe/analysis/stats"
)

// stays is one row of models/retention.sql.
type stays struct {
	Segment    string    `db:"segment"`
	Member     string    `db:"member"`
	JoinedOn   time.Time `db:"joined_on"`
	LeftOn     time.Time `db:"left_on"` // zero: still here
	LeftReason string    `db:"left_reason"`
	N          int64     `db:"n"`
}

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
func (a *analyzer) durations(rows []stays) []stats.Duration {
	out := make([]stats.Duration, 0, len(rows))
	for _, row := range rows {
		joined, until := koe.DateOf(row.JoinedOn), a.today
		left := !row.LeftOn.IsZero() && !koe.DateOf(row.LeftOn).After(a.today)
		if left {
			until = koe.DateOf(row.LeftOn)
		}
		out = append(out, stats.Duration{Time: float64(max(until.DaysSince(joined), 0)), Event: left && !isCensored(row.LeftReason), Count: row.N})
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
		for _, member := range runs(segment, func(r *stays) string { return r.Member }) {
			all := a.durations(member)
			curves = append(curves, curve(member[0], all)...)
			var people int64
			for _, d := range all {
				people += d.Count
			}
			for i := range largest {
				if people > largest[i].people {
					copy(largest[i+1:], largest[i:len(largest)-1])
					largest[i].member, largest[i].people, largest[i].all = member[0].Member, people, all
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
func curve(of stays, all []stats.Duration) (rows []Retention) {
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
