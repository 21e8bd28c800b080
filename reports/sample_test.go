package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"koe"
	"koe/analysis"
)

// The sample is a ministry as the analysis would publish it: 3 bureaus, 12 divisions, 5 stages, 10 quarters, with
// withheld cells. Figures are drawn around the seed's story (isolation peaks at m3, contribution at m6, career anxiety at
// m12) from a fixed seed.

type sampler struct {
	*analysis.Published
	rng *rand.Rand
}

var sampleStages = []struct {
	id, ja, en, feelings, problem string
	isolation, fit, career        float64
}{
	{"pre", "入社前", "Before joining", "現職の引継ぎや入省の準備で慌ただしい。\n新しい職場への不安と希望。", "不安と希望が入り混じる", 0, 0, 2.7},
	{"m2", "入社～2か月", "First 2 months", "職場のルールや仲間の顔と名前など、覚えることが多く不安も高まる。一日でも早く戦力になりたい。", "覚える・慣れるに精一杯", 2.6, 3.1, 2.6},
	{"m3", "3か月", "3 months", "1～2か月の疲れが表に出る。\n余裕も生まれ、ほかの中途採用者のことが気になり始める。", "つながりや情報接点へのニーズ", 3.4, 3.2, 2.7},
	{"m6", "半年", "6 months", "一人で仕事が回せるようになり、どう貢献するかを考える。", "組織への貢献意識の高まり", 2.5, 3.6, 2.7},
	{"m12", "1年", "1 year", "戦力として新しい動きの芽が出始める。\n長い目で見たキャリアに不安がよぎる。", "長期的なキャリアへの不安", 2.3, 3.7, 3.3},
}

var sampleBureaus = []struct {
	name      string
	divisions []string
}{
	{"総務局", []string{"人事課", "会計課", "企画課", "広報室"}},
	{"政策局", []string{"政策課", "調査課", "国際課", "法令課"}},
	{"情報システム局", []string{"システム課", "情報セキュリティ対策推進室", "データ課", "管理課"}},
}

type sampleQuestion struct {
	id, ja, en string
	stages     string
	construct  string
	reverse    bool
	better     string
}

var sampleQuestions = []sampleQuestion{
	{"ISO1", "この1か月、職場で気持ちを分かち合える相手がいないと感じた。", "In the past month, I felt there was no one at work I could share my feelings with.", "m2 m3 m6 m12", "isolation", false, "lower"},
	{"ISO2", "困ったときに、気兼ねなく声をかけられる人が職場にいる。", "When I am stuck, there is someone at work I can approach without hesitation.", "m2 m3 m6 m12", "isolation", true, "lower"},
	{"ISO3", "職場の会話や動きの中に、自分も自然に入れている。", "I am naturally part of the conversations and goings-on at my workplace.", "m2 m3 m6 m12", "isolation", true, "lower"},
	{"FIT1", "今の仕事の内容は、自分の力や強みに合っている。", "My current work suits my abilities and strengths.", "m2 m3 m6 m12", "fit", false, "higher"},
	{"FIT2", "この組織の仕事の進め方や習慣に、なじめている。", "I have become comfortable with how work is done and with the customs here.", "m2 m3 m6 m12", "fit", false, "higher"},
	{"FIT3", "これまでの経験や専門性を、今の仕事で生かせている。", "I can put my previous experience and expertise to use in my current work.", "m2 m3 m6 m12", "fit", false, "higher"},
	{"CAR1", "この組織での自分の将来を考えると、不安になる。", "I feel uneasy when I think about my future in this organisation.", "pre m2 m3 m6 m12", "career_anxiety", false, "lower"},
	{"CAR2", "この先どのような仕事や役割を経験していけそうか、見通しを持てている。", "I have a picture of the kinds of work and roles I am likely to have from here on.", "pre m2 m3 m6 m12", "career_anxiety", true, "lower"},
	{"PRE1", "入社(入省)後の仕事に、期待を感じている。", "I look forward to the work I will be doing after I join.", "pre", "expectation", false, "higher"},
	{"LRN1", "覚えることが多く、ついていくだけで精一杯だ。", "There is so much to learn that it is all I can do to keep up.", "m2", "learning_overload", false, "lower"},
	{"NED1", "同じように中途で入った人と、もっと話す機会がほしい。", "I would like more chances to talk with others who also joined mid-career.", "m3", "connection_need", false, "lower"},
	{"CON1", "職場に貢献できていると感じる。", "I feel that I am contributing to my workplace.", "m6", "contribution", false, "higher"},
	{"TRF1", "配置換えや転勤がどのような間隔・考え方で行われるか、分かっている。", "I understand how often and on what basis reassignments and relocations are decided.", "m12", "transfer_clarity", false, "higher"},
}

var sampleConstructs = []struct {
	id, ja, en, better string
	trend              bool
}{
	{"isolation", "孤立", "Isolation", "lower", true},
	{"fit", "適応", "Fit", "higher", true},
	{"career_anxiety", "キャリア不安", "Career anxiety", "lower", true},
	{"contribution", "貢献の実感", "Contribution", "higher", false},
	{"connection_need", "つながりへの要望", "Need for connection", "lower", false},
}

func p[T any](x T) *T { return &x }

// sampleInput gives the whole sample, everything published that a release may hold.
func sampleInput() Input {
	s := &sampler{Published: &analysis.Published{
		Organization: koe.Text{"ja": "例示省", "en": "Example Ministry"}, Language: "ja", Timezone: "Asia/Tokyo",
		AsOf: time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC), Closed: koe.NewDate(2026, 9, 30), MinGroup: 5, MinComments: 10,
		Segments: [][]string{{"bureau", "division"}},
	}, rng: rand.New(rand.NewPCG(7, 11))}
	s.facts()
	s.trends()
	s.itemRows()
	s.rates()
	s.inference()
	s.voices()
	return Input{Published: s.Published, Settings: koe.Settings{Language: "ja", Timezone: "Asia/Tokyo", Organization: s.Organization},
		Journeys: []*koe.Journey{sampleJourney()}, Now: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "1.0.0"}
}

func (s *sampler) facts() {
	for _, b := range sampleBureaus {
		s.Members = append(s.Members, analysis.Member{Segment: "bureau", Member: b.name, Label: b.name})
	}
	for _, b := range sampleBureaus {
		for _, d := range b.divisions {
			s.Members = append(s.Members, analysis.Member{Segment: "division", Member: b.name + "/" + d, Label: d, Level: 1, Parent: b.name})
		}
	}
	s.Members = append(s.Members,
		analysis.Member{Segment: "division", Member: "総務局/その他", Label: "その他の課", Level: 1, Parent: "総務局", Merged: []string{"総務局/文書課", "総務局/監査課"}},
		analysis.Member{Segment: "division", Member: "総務局/文書課", Label: "文書課", Level: 1, Parent: "総務局", MergedInto: "総務局/その他"},
		analysis.Member{Segment: "division", Member: "総務局/監査課", Label: "監査課", Level: 1, Parent: "総務局", MergedInto: "総務局/その他"})
	for i, st := range sampleStages {
		s.Stages = append(s.Stages, analysis.StageFact{Journey: "chuto", Stage: st.id, Position: int64(i + 1), Title: koe.Text{"ja": st.ja, "en": st.en}, Audience: "hire", Survey: st.id})
	}
	for _, st := range sampleStages {
		for q, wave := range []string{"2025Q4", "2026Q1", "2026Q2", "2026Q3"} {
			s.Waves = append(s.Waves, analysis.WaveFact{Journey: "chuto", Stage: st.id, Wave: wave, Closed: q < 3, ClosesOn: time.Date(2026, time.Month(3*q-1), 20, 0, 0, 0, 0, time.UTC)})
		}
	}
	for i, q := range sampleQuestions {
		s.Questions = append(s.Questions, analysis.QuestionFact{Journey: "chuto", Question: q.id, Position: int64(i + 1), Kind: "scale",
			Text: koe.Text{"ja": q.ja, "en": q.en}, Low: p(1.0), High: p(5.0), Reverse: q.reverse, FavourableFrom: p(4.0), Better: q.better})
	}
	for i, k := range sampleConstructs {
		s.Constructs = append(s.Constructs, analysis.ConstructFact{Journey: "chuto", Construct: k.id, Position: int64(i + 1),
			Title: koe.Text{"ja": k.ja, "en": k.en}, Better: k.better, Trend: k.trend, Low: p(1.0), High: p(5.0)})
	}
	for i, m := range sampleMeasures {
		s.Measures = append(s.Measures, analysis.MeasureFact{Journey: "chuto", Measure: m.id, Position: int64(i + 1), Owner: string(m.owner), Title: koe.Text{"ja": m.ja, "en": m.en}, Event: m.event})
	}
}

var sampleMeasures = []struct {
	id, ja, en string
	owner      koe.Owner
	stages     []string
	event      string
}{
	{"visit", "配属先との入社前顔合わせ", "Meeting the unit before joining", koe.OwnerUnit, []string{"pre"}, ""},
	{"procedures", "入社に向けた手続のフォロー", "Help with joining procedures", koe.OwnerHR, []string{"pre"}, ""},
	{"firstday", "入社日の受け入れ対応", "Reception on the first day", koe.OwnerUnit, []string{"m2"}, ""},
	{"orientation", "入社日オリエンテーション", "Orientation", koe.OwnerHR, []string{"m2"}, ""},
	{"oneonone", "1on1", "One-to-one talks", koe.OwnerUnit, []string{"m3"}, ""},
	{"mentor", "メンター・バディ制度", "Mentors and buddies", koe.OwnerUnit, []string{"m2", "m3"}, "mentor_assigned"},
	{"exchange", "キャリア採用者同士の交流機会", "Exchange among mid-career hires", koe.OwnerHR, []string{"m3", "m6"}, "attended:exchange"},
	{"understanding", "相互理解セッション", "Sessions of mutual understanding", koe.OwnerUnit, []string{"m6"}, ""},
	{"stretch", "ストレッチな業務を通じた成長支援", "Growth through stretching tasks", koe.OwnerUnit, []string{"m12"}, ""},
	{"career", "キャリア面談と異動方針の説明", "Career talks and how transfers are decided", koe.OwnerHR, []string{"m12"}, ""},
}

func sampleJourney() *koe.Journey {
	j := &koe.Journey{ID: "chuto", Title: koe.Text{"ja": "中途採用者の旅", "en": "The mid-career journey"}}
	for _, st := range sampleStages {
		j.Stages = append(j.Stages, koe.Stage{ID: st.id, Title: koe.Text{"ja": st.ja, "en": st.en}, Feelings: koe.Text{"ja": st.feelings, "en": "What is believed that hires feel at " + st.en + "."},
			Problem: koe.Text{"ja": st.problem, "en": "The problem of " + st.en}, Audience: koe.AudienceHire, Anchor: "joined", Survey: st.id})
	}
	for _, q := range sampleQuestions {
		j.Questions = append(j.Questions, koe.Question{ID: q.id, Kind: koe.KindScale, Scale: "agree5", Text: koe.Text{"ja": q.ja, "en": q.en}, Reverse: q.reverse})
	}
	j.Questions = append(j.Questions, koe.Question{ID: "FUP_ISO", Kind: koe.KindMulti, Text: koe.Text{"ja": "どのようなつながりがあると助かりますか(いくつでも)。", "en": "What kinds of connection would help? (choose any)"},
		Options: []koe.Option{{Value: "1", Text: koe.Text{"ja": "課内で気軽に話せる相手", "en": "Someone in my unit"}}, {Value: "2", Text: koe.Text{"ja": "同じ中途採用の人", "en": "Other mid-career hires"}},
			{Value: "3", Text: koe.Text{"ja": "他部局・他府省の人", "en": "People elsewhere"}}}})
	for _, k := range sampleConstructs {
		c := koe.Construct{ID: k.id, Title: koe.Text{"ja": k.ja, "en": k.en}, Better: koe.Direction(k.better), Trend: k.trend}
		for _, q := range sampleQuestions {
			if q.construct == k.id {
				c.Items = append(c.Items, q.id)
			}
		}
		j.Constructs = append(j.Constructs, c)
	}
	for _, m := range sampleMeasures {
		j.Measures = append(j.Measures, koe.Measure{ID: m.id, Owner: m.owner, Title: koe.Text{"ja": m.ja, "en": m.en}, Stages: m.stages, Event: m.event})
	}
	for _, h := range sampleHypotheses {
		j.Hypotheses = append(j.Hypotheses, koe.Hypothesis{ID: h.id, Stage: h.stage, Text: koe.Text{"ja": h.ja, "en": h.en}, Kind: h.kind, Measure: h.measure, Expect: h.expect, Bar: h.bar,
			Problem: koe.Text{"ja": h.problem, "en": h.problem}})
	}
	return j
}

var sampleHypotheses = []struct {
	id, stage, ja, en string
	kind              koe.HypothesisKind
	measure, expect   string
	bar               float64
	problem           string
	n                 int64
	estimate          float64
	verdict, reason   string
}{
	{"pre-trust", "pre", "入社前、信頼できる人間関係を築けるか心配する人が4割を超える", "Before joining, over 40% worry about trusting relationships", koe.HypothesisShare, "PRE4", "above", 0.40, "不安と希望が入り混じる", 84, 0.55, "supported", ""},
	{"m2-load", "m2", "入社後2か月までは、覚えるだけで精一杯の人が半数を超える", "In the first two months, over half can only just keep up", koe.HypothesisShare, "LRN1", "above", 0.50, "覚える・慣れるに精一杯", 112, 0.58, "not_supported", "weak"},
	{"m3-connection", "m3", "3か月では、ほかの中途採用者とのつながりを求める人が半数を超える", "At three months, over half want contact with other mid-career hires", koe.HypothesisShare, "NED1", "above", 0.50, "つながりや情報接点へのニーズ", 98, 0.66, "supported", ""},
	{"m3-isolation", "m3", "孤立は2か月から3か月にかけて強まる", "Isolation grows from two to three months", koe.HypothesisChange, "isolation", "above", 0, "つながりや情報接点へのニーズ", 81, 0.62, "supported", ""},
	{"m6-contribution", "m6", "半年では、貢献を感じる人が半数を超える", "At six months, over half feel that they contribute", koe.HypothesisShare, "CON1", "above", 0.50, "組織への貢献意識の高まり", 90, 0.67, "supported", ""},
	{"m12-transfer", "m12", "1年では、異動の考え方が分かる人は半数に満たない", "At one year, under half understand how transfers are decided", koe.HypothesisShare, "TRF1", "below", 0.50, "長期的なキャリアへの不安", 0, 0.41, "insufficient", "n"},
}

// shown gives n as the analysis publishes it: exact from 20, a band below.
func shown(n int) (*int64, string) {
	switch {
	case n >= 20:
		return p(int64(n)), fmt.Sprint(n)
	case n >= 10:
		return nil, "10–19"
	default:
		return nil, "5–9"
	}
}

func (s *sampler) trend(construct, stage, grain, period, segment, member string, mean float64, n int) {
	row := analysis.Trend{Journey: "chuto", Construct: construct, Stage: stage, Grain: grain, Period: period, Segment: segment, Member: member}
	switch {
	case n < 5:
		row.Withheld = "small"
	case segment == "division" && n < 10 && stage != "":
		row.Withheld = "cross"
	default:
		mean = math.Min(4.9, math.Max(1.1, mean+s.rng.NormFloat64()*0.02))
		half := 1.96 * 0.85 / math.Sqrt(float64(n))
		row.N, row.NShown = shown(n)
		row.Mean, row.SD, row.CILow, row.CIHigh = p(mean), p(0.85), p(mean-half), p(mean+half)
		good := (mean - 1) / 4
		if construct == "isolation" || construct == "career_anxiety" {
			good = 1 - good
		}
		row.Favourable, row.Neutral, row.Unfavourable = p(good*0.8), p(0.2), p(1-good*0.8-0.2)
	}
	s.Tables.Trend = append(s.Tables.Trend, row)
}

func (s *sampler) level(construct string, i int) float64 {
	st := sampleStages[i]
	switch construct {
	case "isolation":
		return st.isolation
	case "fit":
		return st.fit
	case "career_anxiety":
		return st.career
	case "contribution":
		return map[string]float64{"m6": 3.8}[st.id]
	case "connection_need":
		return map[string]float64{"m3": 3.7}[st.id]
	}
	return 0
}

var sampleQuarters = []string{"2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"}

func (s *sampler) trends() {
	sizes := []int{84, 112, 98, 90, 61}
	for _, k := range sampleConstructs {
		all, stages := 0.0, 0.0
		for i, st := range sampleStages {
			mean := s.level(k.id, i)
			if mean == 0 {
				continue
			}
			all, stages = all+mean, stages+1
			s.trend(k.id, st.id, "all", "", "", "", mean, sizes[i])
			for q, quarter := range sampleQuarters {
				if k.trend && q >= i {
					s.trend(k.id, st.id, "quarter", quarter, "", "", mean-0.01*float64(q), max(3, sizes[i]/9+(q%3)*3-2))
					s.trend(k.id, st.id, "cohort", quarter, "", "", mean, max(3, (len(sampleQuarters)-q-i)*3))
				}
			}
		}
		all /= stages
		s.trend(k.id, "", "all", "", "", "", all, 286)
		if !k.trend {
			continue
		}
		for q, quarter := range sampleQuarters {
			s.trend(k.id, "", "quarter", quarter, "", "", all+0.2-0.05*float64(q), 36+q%4)
		}
		s.member(k.id, "division", "総務局/その他", all-0.2, 31)
		for b, bureau := range sampleBureaus {
			gap := []float64{0, -0.1, 0.1}[b]
			s.member(k.id, "bureau", bureau.name, all+gap, 70+20*b)
			for d, division := range bureau.divisions {
				own := gap
				if division == "システム課" && k.id == "isolation" {
					own = 0.8
				}
				if division == "企画課" && k.id == "isolation" {
					own = -0.6
				}
				s.member(k.id, "division", bureau.name+"/"+division, all+own+0.05*float64(d-2), []int{38, 19, 8, 3}[d]+4*b)
			}
		}
	}
}

func (s *sampler) member(construct, segment, member string, mean float64, n int) {
	s.trend(construct, "", "all", "", segment, member, mean, n)
	for i, st := range sampleStages {
		if base := s.level(construct, i); base > 0 {
			s.trend(construct, st.id, "all", "", segment, member, base+(mean-2.9)*0.6, n/4+2)
		}
	}
}

func (s *sampler) itemRows() {
	for _, st := range sampleStages {
		for i, q := range sampleQuestions {
			if !containsWord(q.stages, st.id) {
				continue
			}
			n := 96 - 3*i
			counts := make([]int64, 5)
			for range n {
				step := int(math.Round(3.2 + s.rng.NormFloat64()))
				counts[min(5, max(1, step))-1]++
			}
			row := analysis.Item{Journey: "chuto", Stage: st.id, Question: q.id, N: p(int64(n)), NShown: fmt.Sprint(n), Counts: counts}
			sum := 0.0
			for k, c := range counts {
				sum += float64(c) * float64(k+1)
			}
			row.Mean, row.SD = p(sum/float64(n)), p(1.0)
			high, low := float64(counts[3]+counts[4])/float64(n), float64(counts[0]+counts[1])/float64(n)
			if (q.better == "lower") != q.reverse {
				high, low = low, high
			}
			row.Favourable, row.Unfavourable, row.Neutral = p(high), p(low), p(1-high-low)
			if q.id == "FIT3" && st.id == "m12" {
				row = analysis.Item{Journey: "chuto", Stage: st.id, Question: q.id, Withheld: "complement"}
			}
			if q.id == "CAR1" && st.id == "m12" {
				row.Favourable, row.Neutral, row.Unfavourable, row.Counts, row.FavourableShown = nil, nil, nil, nil, "≤10 %"
			}
			s.Tables.Item = append(s.Tables.Item, row)
		}
	}
	s.Questions = append(s.Questions, analysis.QuestionFact{Journey: "chuto", Question: "FUP_ISO", Position: 99, Kind: "multi", Text: koe.Text{"ja": "どのようなつながりがあると助かりますか(いくつでも)。", "en": "What kinds of connection would help? (choose any)"}})
	s.Tables.Item = append(s.Tables.Item, analysis.Item{Journey: "chuto", Stage: "m3", Question: "FUP_ISO", N: p(int64(41)), NShown: "41", Counts: []int64{17, 26, 12}})
	for _, st := range []string{"m6", "m12"} {
		s.Tables.Recommend = append(s.Tables.Recommend, analysis.Recommend{Journey: "chuto", Question: "NPS1", Stage: st, N: p(int64(88)), NShown: "88",
			Promoters: p(int64(24)), Passives: p(int64(38)), Detractors: p(int64(26)), Score: p(-2.27), CILow: p(-18.4), CIHigh: p(13.9)})
	}
}

func containsWord(words, word string) bool {
	for _, w := range strings.Fields(words) {
		if w == word {
			return true
		}
	}
	return false
}

func (s *sampler) rates() {
	add := func(stage, period, segment, member string, invited, answered int) {
		row := analysis.ResponseRate{Journey: "chuto", Stage: stage, Period: period, Segment: segment, Member: member}
		if answered < 5 {
			row.Withheld = "small"
		} else {
			rate := float64(answered) / float64(invited)
			row.Rate, row.CILow, row.CIHigh = p(rate), p(math.Max(0, rate-0.06)), p(math.Min(1, rate+0.05))
			row.Invited, row.InvitedShown = shown(invited)
			row.Answered, row.AnsweredShown = shown(answered)
		}
		s.Tables.ResponseRate = append(s.Tables.ResponseRate, row)
	}
	for i, st := range sampleStages {
		add(st.id, "", "", "", 140-5*i, []int{84, 112, 98, 90, 61}[i])
		for q, quarter := range sampleQuarters {
			if q >= i {
				add(st.id, quarter, "", "", 14+q, 9+q/2)
			}
		}
	}
	add("", "", "", "", 650, 445)
	for b, bureau := range sampleBureaus {
		add("", "", "bureau", bureau.name, 180+30*b, 120+25*b)
		for d, division := range bureau.divisions {
			add("", "", "division", bureau.name+"/"+division, []int{60, 40, 18, 7}[d], []int{41, 28, 11, 3}[d])
		}
	}
	s.Tables.Nonresponse = []analysis.Nonresponse{{Journey: "chuto", Segment: "bureau", Members: p(int64(3)), Chi2: p(7.4), DF: p(2.0), P: p(0.025)}}
	s.Tables.Silence = []analysis.Silence{{Journey: "chuto", Construct: "isolation", FromStage: "m2", ToStage: "m3", StayedN: p(int64(81)), StayedMean: p(2.5), SilentN: p(int64(22)), SilentMean: p(2.9),
		Difference: p(0.4), CILow: p(0.05), CIHigh: p(0.75), P: p(0.026), StayedNShown: "81", SilentNShown: "22"}}
	for _, m := range []int64{3, 6, 12, 24} {
		s.Tables.Retention = append(s.Tables.Retention, analysis.Retention{Months: m, AtRisk: p(360 - 12*m), Leavers: p(2 * m), Survival: p(1 - 0.006*float64(m)), CILow: p(0.975 - 0.007*float64(m)),
			CIHigh: p(1 - 0.004*float64(m)), AtRiskShown: "–", LeaversShown: "–"})
	}
	s.Tables.Retention = append(s.Tables.Retention, analysis.Retention{Segment: "bureau", Member: "政策局", Months: 12, AtRisk: p(int64(64)), AtRiskShown: "64", LeaversShown: "<5"})
}

func (s *sampler) inference() {
	for _, k := range []struct {
		id       string
		from, to string
		change   float64
		q        float64
	}{{"isolation", "m2", "m3", 0.78, 0.0004}, {"isolation", "m3", "m6", -0.81, 0.0002}, {"fit", "m3", "m6", 0.36, 0.011}, {"career_anxiety", "m6", "m12", 0.58, 0.003}, {"fit", "m6", "m12", 0.08, 0.41}} {
		s.Tables.Change = append(s.Tables.Change, analysis.Change{Journey: "chuto", Construct: k.id, FromStage: k.from, ToStage: k.to, N: p(int64(58)), MeanChange: p(k.change), SDChange: p(0.9),
			CILow: p(k.change - 0.24), CIHigh: p(k.change + 0.24), T: p(k.change * 8), DF: p(57.0), P: p(k.q / 2), Q: p(k.q), DZ: p(k.change / 0.9), Improved: p(int64(20)), Same: p(int64(15)), Worsened: p(int64(23)),
			WilcoxonV: p(420.0), WilcoxonP: p(k.q), NShown: "58"})
	}
	s.Tables.Change = append(s.Tables.Change, analysis.Change{Journey: "chuto", Construct: "career_anxiety", FromStage: "pre", ToStage: "m2", Withheld: "small"})
	for _, v := range []struct {
		segment, member string
		mean, g, q      float64
	}{{"division", "情報システム局/システム課", 3.5, 0.92, 0.004}, {"division", "総務局/企画課", 2.1, -0.7, 0.03}, {"bureau", "政策局", 2.6, -0.1, 0.6}} {
		s.Tables.Comparison = append(s.Tables.Comparison, analysis.Comparison{Journey: "chuto", Construct: "isolation", Segment: v.segment, Member: v.member, N: p(int64(46)), NShown: "46", Mean: p(v.mean), RestN: p(int64(240)), RestNShown: "240",
			RestMean: p(2.7), Difference: p(v.mean - 2.7), CILow: p(v.mean - 3.0), CIHigh: p(v.mean - 2.4), T: p(3.0), DF: p(60.0), P: p(v.q / 3), Q: p(v.q), HedgesG: p(v.g), U: p(0.6), UP: p(v.q)})
	}
	for i, m := range []string{"情報システム局/システム課", "総務局/会計課", "総務局/企画課"} {
		s.Tables.Shrunk = append(s.Tables.Shrunk, analysis.Shrunk{Journey: "chuto", Construct: "isolation", Stage: "m3", Segment: "division", Member: m, N: p(int64(46)), NShown: "46",
			Mean: p(3.5 - 0.7*float64(i)), Shrunk: p(3.2 - 0.4*float64(i)), Weight: p(0.7), ICC1: p(0.11), ICC2: p(0.62), Ranked: true})
	}
	s.Tables.Shrunk = append(s.Tables.Shrunk, analysis.Shrunk{Journey: "chuto", Construct: "isolation", Stage: "m3", Segment: "division", Member: "総務局/広報室", Ranked: true, Withheld: "small"},
		analysis.Shrunk{Journey: "chuto", Construct: "fit", Stage: "m3", Segment: "bureau", Member: "総務局", N: p(int64(70)), NShown: "70", Mean: p(3.4), Shrunk: p(3.4), ICC1: p(0.0), ICC2: p(0.0)})
	s.Tables.Census = []analysis.Census{{Journey: "chuto", Construct: "isolation", Stage: "m3", N: p(int64(98)), NShown: "98", Invited: p(int64(140)), InvitedShown: "140", Mean: p(3.3), CILow: p(3.21), CIHigh: p(3.39)},
		{Journey: "chuto", Construct: "isolation", Stage: "pre", Withheld: "small"}}
	s.Tables.Weighted = []analysis.Weighted{{Journey: "chuto", Construct: "isolation", Stage: "m3", Segment: "bureau", N: p(int64(98)), NShown: "98", Classes: p(int64(3)), Mean: p(3.3), Weighted: p(3.42), Deff: p(1.08)},
		{Journey: "chuto", Construct: "isolation", Stage: "m3", Segment: "hire_type", Withheld: "complement"}}
	s.Tables.RetentionTest = []analysis.RetentionTest{{Segment: "bureau", MemberA: "情報システム局", MemberB: "政策局", Chi2: p(4.31), P: p(0.038)},
		{Segment: "division", MemberA: "情報システム局/システム課", MemberB: "政策局/政策課", Withheld: "small"}}
	for _, h := range sampleHypotheses {
		row := analysis.Hypothesis{Journey: "chuto", Hypothesis: h.id, Stage: h.stage, Prior: true, Verdict: h.verdict, Reason: h.reason, Bar: p(h.bar), NShown: "5–9"}
		if h.n > 0 {
			row.N, row.NShown, row.Estimate, row.CILow, row.CIHigh, row.Effect, row.P, row.PAdjusted = p(h.n), fmt.Sprint(h.n), p(h.estimate), p(h.estimate-0.09), p(h.estimate+0.09), p(h.estimate-h.bar), p(0.012), p(0.024)
		}
		s.Tables.Hypothesis = append(s.Tables.Hypothesis, row)
	}
	s.Tables.MeasureEffect = []analysis.MeasureEffect{
		{Journey: "chuto", Measure: "mentor", Construct: "isolation", FromStage: "m2", ToStage: "m3", TreatedN: p(int64(34)), TreatedNShown: "34", ControlN: p(int64(47)), ControlNShown: "47",
			Difference: p(-0.42), CILow: p(-0.79), CIHigh: p(-0.05), T: p(-2.2), DF: p(70.0), P: p(0.028), HedgesG: p(-0.48), AncovaDifference: p(-0.35), AncovaP: p(0.04), Verdict: "difference"},
		{Journey: "chuto", Measure: "exchange", Construct: "isolation", FromStage: "m3", ToStage: "m6", Withheld: "small"}}
	for _, k := range []string{"isolation", "fit", "career_anxiety"} {
		s.Tables.TrendTest = append(s.Tables.TrendTest, analysis.TrendTest{Journey: "chuto", Construct: k, Grain: "quarter", Periods: p(int64(10)), S: p(-33.0), Z: p(-2.86), P: p(0.004), Slope: p(-0.048), SlopeLow: p(-0.07), SlopeHigh: p(-0.02)})
		for _, st := range []string{"m3", "m6"} {
			s.Tables.Reliability = append(s.Tables.Reliability, analysis.Reliability{Journey: "chuto", Construct: k, Stage: st, Items: p(int64(3)), N: p(int64(96)), NShown: "96", Alpha: p(0.78), Omega: p(0.79), MeanR: p(0.55)})
		}
		s.Tables.Driver = append(s.Tables.Driver, analysis.Driver{Journey: "chuto", Outcome: "contribution", Stage: "m6", Construct: k, N: p(int64(88)), NShown: "88", RSquared: p(0.31), Weight: p(0.1), Share: p(0.33), ShareLow: p(0.2), ShareHigh: p(0.5)})
	}
	s.Tables.ItemRest = []analysis.ItemRest{{Journey: "chuto", Construct: "isolation", Stage: "m3", Question: "ISO1", N: p(int64(96)), NShown: "96", R: p(0.18), AlphaDropped: p(0.8)}}
	s.Tables.Careless = []analysis.Careless{{Journey: "chuto", Construct: "isolation", Stage: "m3", N: p(int64(96)), NShown: "96", FlaggedShown: "5–9", Mean: p(3.4), MeanWithout: p(3.42)}}
	s.Tables.Signal = []analysis.Signal{{Journey: "chuto", Construct: "isolation", Stage: "", Period: "2026Q3", Rule: "outside", Value: p(2.2), Centre: p(2.8), LimitLow: p(2.4), LimitHigh: p(3.2)}}
}

func (s *sampler) voices() {
	for i, theme := range []string{"isolation", "network", "career", "transfer", "adaptation", "mentor", "workload", "contribution"} {
		for v, valence := range []string{"issue", "wish", "ok"} {
			for _, stage := range []string{"", "m3"} {
				n := int64(31 - 3*i - 6*v)
				row := analysis.Theme{Journey: "chuto", Stage: stage, Theme: theme, Valence: valence, Comments: p(n), People: p(n), Commenters: p(int64(118)), CommentersShown: "118", PeopleShown: fmt.Sprint(n)}
				if n < 3 {
					row.Comments, row.People, row.PeopleShown = nil, nil, "<3"
				}
				s.Tables.Theme = append(s.Tables.Theme, row)
			}
		}
	}
	s.Tables.Theme = append(s.Tables.Theme, analysis.Theme{Journey: "chuto", Stage: "pre", Withheld: "small"})
	s.Tables.Cooccurrence = []analysis.Cooccurrence{
		{Journey: "chuto", Kind: "theme", ItemA: "isolation", ItemB: "network", Jaccard: p(0.41), NPMI: p(0.33)},
		{Journey: "chuto", Kind: "theme", ItemA: "career", ItemB: "transfer", Jaccard: p(0.28), NPMI: p(0.21)},
		{Journey: "chuto", Kind: "word", ItemA: "交流", ItemB: "相手", Jaccard: p(0.52), NPMI: p(0.47)}}
	s.Tables.Keyness = []analysis.Keyness{{Journey: "chuto", Stage: "m3", Word: "交流", People: p(int64(19)), Commenters: p(int64(38)), RestPeople: p(int64(11)), RestCommenters: p(int64(80)), G2: p(16.2), LogRatio: p(1.8), P: p(0.0001), Q: p(0.002)}}
	for _, c := range []struct{ stage, text, theme string }{
		{"m3", "同じ時期に中途で入った人がどこにいるのか分からず、気軽に話せる相手がいない。", "isolation:issue"},
		{"m6", "[人名]さんがメンターとして毎週時間を取ってくれて、とても助かった。", "mentor:ok"},
		{"m12", "どのような間隔で異動があるのか、考え方だけでも知りたい。", "transfer:wish"},
	} {
		s.Tables.Comment = append(s.Tables.Comment, analysis.Comment{Journey: "chuto", Stage: c.stage, Question: "OPN3", Text: c.text, Themes: []string{c.theme}})
	}
}
