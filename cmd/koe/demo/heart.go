package demo

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"koe"
)

// stageMean is the story: the mean of each construct at each stage, in points of the five-step scale.
var stageMean = map[string]map[string]float64{
	"isolation":      {"m2": 2.45, "m3": 3.05, "m6": 2.45, "m12": 2.25},
	"fit":            {"m2": 2.95, "m3": 3.05, "m6": 3.5, "m12": 3.65},
	"career_anxiety": {"pre": 2.75, "m2": 2.6, "m3": 2.75, "m6": 2.75, "m12": 3.4},
}

// itemMean is the same for questions that are asked at one stage only.
var itemMean = map[string]float64{
	"PRE1": 3.9, "PRE2": 3.1, "PRE3": 2.8, "PRE4": 3.4, "PRE5": 3.6, "PRE6": 3.5,
	"RCL1": 3.0, "LRN1": 3.7, "WEL1": 3.2, "FAT1": 3.4, "NED1": 3.8, "MEN1": 3.0,
	"CON1": 3.7, "MGR1": 3.2, "TRF1": 2.5, "STY1": 3.7, "WRK1": 3.0, "ENG1": 3.4, "BEL1": 3.5,
}

// construct and reversal of the core questions.
var core = map[string]struct {
	construct string
	reverse   bool
	shift     float64
}{
	"ISO1": {"isolation", false, 0.1}, "ISO2": {"isolation", true, -0.05}, "ISO3": {"isolation", true, 0},
	"FIT1": {"fit", false, 0.05}, "FIT2": {"fit", false, -0.1}, "FIT3": {"fit", false, 0},
	"CAR1": {"career_anxiety", false, 0}, "CAR2": {"career_anxiety", true, 0.1}, "CAR3": {"career_anxiety", true, -0.1},
}

// dice gives the randomness of one person at one moment: the same whatever the order in which people answer.
func dice(seed uint64, parts ...string) *rand.Rand {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p + "\x00"))
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// level is how a person feels about a construct at a stage on a day, before the noise of a single answer.
func (h *hire) level(construct, stage string, on koe.Date) float64 {
	mean, ok := stageMean[construct][stage]
	if !ok { // half-yearly pulses and the like go on from the first year's end
		mean = map[string]float64{"isolation": 2.3, "fit": 3.6, "career_anxiety": 3.3}[construct]
	}
	mentored := !h.mentor.IsZero() && !on.Before(h.mentor.AddDays(14))
	switch construct {
	case "isolation":
		mean += h.isolation
		if mentored {
			mean -= 0.45
		}
		if !h.exchange.IsZero() && !on.Before(h.exchange) {
			mean -= 0.2
		}
		// The ministry learns: later cohorts are received a little better.
		mean -= 0.2 * float64(h.joined.DaysSince(koe.NewDate(2024, 10, 1))) / 365
	case "fit":
		mean += h.fit
		if !h.moved.IsZero() && !on.Before(h.moved) && on.DaysSince(h.moved) < 120 {
			mean -= 0.5
		}
	case "career_anxiety":
		mean += h.career
	}
	return mean
}

// agree answers one five-step question; 0 means 答えない.
func (h *hire) agree(question, stage string, on koe.Date, r *rand.Rand) int {
	if r.Float64() < 0.015 {
		return 0
	}
	mean, known := itemMean[question]
	switch c, isCore := core[question]; {
	case isCore:
		mean = h.level(c.construct, stage, on) + c.shift
		if c.reverse {
			mean = 6 - mean
		}
	case !known:
		mean = 3.2
	}
	switch question {
	case "PRE4", "NED1":
		mean += 0.5 * h.isolation
	case "MEN1":
		if h.mentor.IsZero() {
			mean -= 0.6
		} else {
			mean += 0.8
		}
	case "FAT1", "LRN1":
		mean += 0.3*h.isolation - 0.2*h.fit
	case "CON1", "RCL1", "ENG1", "BEL1", "WEL1":
		mean += 0.6 * h.fit
	case "STY1":
		mean += 0.5*h.fit - 0.4*h.career
	case "MGR1":
		mean += 0.3 * h.fit
	}
	return int(math.Max(1, math.Min(5, math.Round(mean+0.75*r.NormFloat64()))))
}

// recommend answers 0 to 10.
func (h *hire) recommend(stage string, on koe.Date, r *rand.Rand) int {
	x := 6.6 + 1.1*(h.level("fit", stage, on)-3) - 0.8*(h.level("isolation", stage, on)-2.5) + 1.5*r.NormFloat64()
	return int(math.Max(0, math.Min(10, math.Round(x))))
}

// Comments, by what they are about. Some carry what must be masked: a name, a telephone, a mail address.
var comments = map[string][]string{
	"isolation": {
		"職場で気軽に話せる相手がおらず、孤独を感じることがあります。",
		"周りに中途採用の人がどこにいるのか分からず、心細いです。",
		"雑談の輪に入りにくく、浮いているように感じます。",
		"困ったときに誰に相談すればよいのか分かりません。",
		"在席している人が少ない日は、一日誰とも話さないことがある。",
	},
	"network": {
		"同じ時期に中途で入った人と交流できる場がほしいです。",
		"他省庁の経験者採用の方とも関わる機会があるとよいと思います。",
		"同期のような横のつながりがあれば心強いです。",
	},
	"adaptation": {
		"国会対応や決裁の進め方など、独特の作法に慣れるのに苦労しています。",
		"略語や暗黙のルールが多く、ついていくのに精一杯です。",
		"文書の書き方や手続きの流れが前職と大きく違い、戸惑っています。",
	},
	"mentor": {
		"メンターの方に毎週話を聞いてもらえて、とても助かっています。",
		"メンター制度があってもよいのではないかと思います。",
		"担当の高橋さんが丁寧に教えてくださり、不安がなくなりました。",
	},
	"placement": {
		"これまでの経験を生かせる仕事が少なく、戸惑いがあります。",
		"前職で培った専門性を活かせる業務を任せてもらえて、やりがいを感じます。",
	},
	"career": {
		"この先どのようなキャリアパスになるのか見通しが持てません。",
		"昇任や評価の基準がよく分からず、将来に不安があります。",
		"任期後のことを考えると落ち着きません。",
	},
	"transfer": {
		"配置換えや転勤がどのくらいの間隔であるのか知りたいです。",
		"異動の希望をいつ、誰に伝えればよいか分かりません。",
	},
	"workload": {
		"残業が多く、疲れが取れません。",
		"業務量が多く、覚える時間がとれないのがつらいです。",
	},
	"reception": {
		"入省前に配属先の情報がもう少しほしかったです。",
		"着任初日からパソコンや席が用意されていて安心しました。",
		"手引があり、最初の一週間にやることが分かって助かりました。",
	},
	"contact": {
		"詳しくは内線 3456 か suzuki@example.go.jp までご連絡ください。",
	},
	"resolved": {
		"最初は孤独を感じることもありましたが、今は相談できる人ができて安心しています。",
		"特に不安はありません。周りの方が気軽に声をかけてくれます。",
	},
}

var englishComments = []string{
	"I feel isolated because I do not know who else joined mid-career.",
	"A mentor would help me learn how things are done here.",
	"I cannot see what my career path will look like.",
	"My colleagues have been very kind and I feel at home now.",
}

// comment writes what a person says when asked an open question at a stage, or "".
func (h *hire) comment(question, stage string, on koe.Date, r *rand.Rand) string {
	if r.Float64() > h.talkative {
		return ""
	}
	if h.language == "en" {
		return englishComments[r.IntN(len(englishComments))]
	}
	lonely := h.level("isolation", stage, on) - 2.5
	topics := []string{"isolation", "network", "adaptation", "mentor", "placement", "career", "transfer", "workload", "reception", "contact", "resolved"}
	weights := []float64{math.Max(0.2, 1+1.5*lonely), 1, 0.8, 0.7, 0.6, 0.6, 0.3, 0.5, 0.3, 0.04, math.Max(0.1, 0.6-lonely)}
	switch stage {
	case "pre":
		weights = []float64{0, 0.4, 0.5, 0.2, 0.6, 0.5, 0.3, 0, 2, 0, 0.1}
	case "m2":
		weights[2], weights[8] = 2.5, 1
	case "m3":
		weights[0], weights[1], weights[7] = weights[0]+0.6, 2, 1.5
	case "m12":
		weights[5], weights[6] = 2.5, 2
	}
	pool := comments[topics[weighted(r, weights...)]]
	return pool[r.IntN(len(pool))]
}
