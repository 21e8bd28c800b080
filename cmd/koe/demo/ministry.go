package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"

	"koe"
)

// The ministry's hierarchy. 総務課 stands in every bureau on purpose: a member below the top is a path.
var bureaus = []struct {
	name      string
	divisions []string
}{
	{"総合政策局", []string{"総務課", "政策企画課", "国際課", "調査統計課"}},
	{"地域振興局", []string{"総務課", "地域計画課", "観光交流課", "防災課"}},
	{"デジタル基盤局", []string{"総務課", "情報政策課", "システム開発課", "データ利活用課"}},
}

// Bureaus names the ministry's bureaus.
func Bureaus() []string {
	var names []string
	for _, b := range bureaus {
		names = append(names, b.name)
	}
	return names
}

var hireTypes = []string{"選考採用", "任期付", "官民交流"}

// A hire is a played person: what the roster says, and what is in their heart.
type hire struct {
	id, name, email, personal, language string
	bureau, division, hireType          string
	joined, left                        koe.Date
	leftReason                          string
	moved                               koe.Date // transferred to bureau2/division2; zero: never
	bureau2, division2                  string
	mentor                              koe.Date // mentors assigned; zero: none
	mentors                             [2]string
	exchange                            koe.Date // attended an exchange event; zero: none
	training                            koe.Date
	manager                             string   // the head of the division, told a week before the joining
	termEnds                            koe.Date // of a fixed term; zero: none
	alumni                              bool     // stays in touch after leaving
	silent                              bool     // never answers
	diligence                           float64  // chance to answer a pulse
	isolation, fit, career              float64  // lasting deviations, in points of the scale
	talkative                           float64  // chance to write a comment
	contact                             bool     // asks for a personal reply once
}

// A colleague is a mentor: on the roster, not a hire.
type colleague struct{ id, name, email, bureau, division string }

type ministry struct {
	first, last koe.Date // the days that are played, both included
	hires       []*hire
	mentors     []colleague
	managers    map[[2]string]colleague // by bureau and division
}

var (
	surnames = []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木",
		"山口", "松本", "井上", "木村", "清水", "山崎", "池田", "橋本", "阿部", "石川", "山下", "中島", "石井", "小川", "前田",
		"岡田", "長谷川", "藤田", "後藤", "近藤", "村上", "遠藤", "青木", "坂本", "斉藤", "福田", "太田", "西村", "藤井", "金子",
		"岡本", "藤原", "三浦", "中野", "原田", "松田", "竹内"}
	givenNames = []string{"陽子", "健一", "美咲", "大輔", "直樹", "彩", "翔太", "由美", "拓也", "恵", "修", "真由美", "亮",
		"香織", "浩二", "千尋", "誠", "さくら", "一郎", "綾子", "隆", "桃子", "剛", "理恵", "智也", "美穂", "学", "奈々", "豊", "結衣"}
)

// found invents the ministry of a seed, whose first hires join on first and whose story ends on last.
func found(seed uint64, first, last koe.Date) *ministry {
	r := rand.New(rand.NewPCG(seed, 0x6b6f65))
	m := &ministry{first: first, last: last, managers: map[[2]string]colleague{}}
	place := func() (string, string) {
		b := bureaus[r.IntN(len(bureaus))]
		return b.name, b.divisions[weighted(r, 0.15, 0.3, 0.3, 0.25)]
	}
	for i := range 48 {
		bureau, division := place()
		m.mentors = append(m.mentors, colleague{fmt.Sprintf("M%04d", i+1), name(r), fmt.Sprintf("m%04d@example.go.jp", i+1), bureau, division})
	}
	for _, b := range bureaus {
		for _, division := range b.divisions {
			id := fmt.Sprintf("K%04d", len(m.managers)+1)
			m.managers[[2]string{b.name, division}] = colleague{id, name(r), strings.ToLower(id) + "@example.go.jp", b.name, division}
		}
	}
	days := last.DaysSince(first)
	var joins []koe.Date
	for len(joins) < 360 {
		// Hires come all year round, most on the first of a month, more in April and October.
		d := first.AddDays(r.IntN(days + 20))
		if chance := map[int]float64{4: 1, 10: 0.9, 7: 0.6, 1: 0.6}[int(d.Month)]; r.Float64() > math.Max(chance, 0.4) {
			continue
		}
		if r.Float64() < 0.7 {
			d.Day = 1
		}
		joins = append(joins, d)
	}
	sort.Slice(joins, func(i, j int) bool { return joins[i].Before(joins[j]) })
	for i, joined := range joins {
		h := &hire{id: fmt.Sprintf("%06d", 240001+i), name: name(r), joined: joined}
		h.email = fmt.Sprintf("h%06d@example.go.jp", 240001+i)
		h.personal = fmt.Sprintf("person%d@example.com", i+1)
		h.language = "ja"
		if r.Float64() < 0.06 {
			h.language = "en"
		}
		h.bureau, h.division = place()
		h.hireType = hireTypes[weighted(r, 0.6, 0.3, 0.1)]
		temper := r.NormFloat64()
		h.isolation = 0.45*temper + 0.35*r.NormFloat64()
		h.fit = -0.4*temper + 0.4*r.NormFloat64()
		h.career = 0.35*temper + 0.45*r.NormFloat64()
		switch {
		case h.division == "システム開発課":
			h.isolation += 0.75
			h.fit -= 0.3
		case h.division == "地域計画課":
			h.isolation -= 0.45
			h.fit += 0.45
		}
		if h.hireType == "任期付" {
			h.career += 0.35
		}
		if r.Float64() < 0.55 {
			h.mentor = joined.AddDays(7 + r.IntN(14))
			for k := range h.mentors {
				h.mentors[k] = m.mentors[r.IntN(len(m.mentors))].id
			}
			if h.mentors[0] == h.mentors[1] {
				h.mentors[1] = m.mentors[(r.IntN(len(m.mentors)-1)+1)%len(m.mentors)].id
			}
		}
		if r.Float64() < 0.45 {
			h.exchange = joined.AddDays(80 + r.IntN(120))
		}
		if r.Float64() < 0.5 {
			h.training = joined.AddDays(40 + r.IntN(60))
		}
		if r.Float64() < 0.1 {
			h.moved = joined.AddDays(200 + r.IntN(200))
			h.bureau2, h.division2 = place()
		}
		if r.Float64() < 0.04+0.06*logistic(2*h.isolation) {
			h.left = joined.AddDays(120 + r.IntN(420))
			h.leftReason = "自己都合"
			if h.hireType == "任期付" && r.Float64() < 0.5 {
				h.leftReason = "任期満了"
			}
		}
		h.silent = r.Float64() < 0.12
		h.diligence = 0.55 + 0.4*r.Float64() - 0.08*h.isolation
		h.talkative = 0.15 + 0.5*r.Float64()*r.Float64()
		h.contact = r.Float64() < 0.05
		h.manager = m.managers[[2]string{h.bureau, h.division}].id
		if h.hireType == "任期付" {
			h.termEnds = joined.Add(koe.Period{Years: 2}).AddDays(-1)
		}
		h.alumni = r.Float64() < 0.6
		m.hires = append(m.hires, h)
	}
	return m
}

func name(r *rand.Rand) string {
	return surnames[r.IntN(len(surnames))] + " " + givenNames[r.IntN(len(givenNames))]
}

// weighted picks an index with chances proportional to the weights.
func weighted(r *rand.Rand, weights ...float64) int {
	var total float64
	for _, w := range weights {
		total += w
	}
	x := r.Float64() * total
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// known reports whether HR has the person on its roster on a day: from six weeks before joining.
func (h *hire) known(on koe.Date) bool { return !on.Before(h.joined.AddDays(-42)) }

// gone reports whether the person has left by a day.
func (h *hire) gone(on koe.Date) bool { return !h.left.IsZero() && h.left.Before(on) }

// unit is where the person works on a day.
func (h *hire) unit(on koe.Date) (bureau, division string) {
	if !h.moved.IsZero() && !on.Before(h.moved) {
		return h.bureau2, h.division2
	}
	return h.bureau, h.division
}

// roster is the file that HR's system exports on a day: the mentors, and every hire that is known.
func (m *ministry) roster(on koe.Date) [][]string {
	rows := [][]string{{"職員番号", "氏名", "メール", "個人メール", "言語", "入省日", "退職日", "退職理由", "役割", "局", "課", "採用区分"}}
	for _, c := range m.mentors {
		rows = append(rows, []string{c.id, c.name, c.email, "", "ja", "", "", "", "mentor", c.bureau, c.division, ""})
	}
	for _, b := range bureaus {
		for _, division := range b.divisions {
			c := m.managers[[2]string{b.name, division}]
			rows = append(rows, []string{c.id, c.name, c.email, "", "ja", "", "", "", "manager", c.bureau, c.division, ""})
		}
	}
	for _, h := range m.hires {
		if !h.known(on) {
			continue
		}
		left, reason := "", ""
		if h.gone(on.AddDays(14)) { // a leaving is known two weeks ahead
			left, reason = h.left.String(), h.leftReason
		}
		bureau, division := h.unit(on)
		rows = append(rows, []string{h.id, h.name, h.email, h.personal, h.language, wareki(h.joined), left, reason, "hire", bureau, division, h.hireType})
	}
	return rows
}

// wareki writes a date as a ministry does: 令和8年4月1日.
func wareki(d koe.Date) string {
	return fmt.Sprintf("令和%d年%d月%d日", d.Year-2018, int(d.Month), d.Day)
}

// events is the log of what was done for whom, up to a day.
func (m *ministry) events(on koe.Date) [][]string {
	rows := [][]string{{"person_id", "event", "date", "related_person_id", "detail"}}
	add := func(h *hire, kind string, date koe.Date, related, detail string) {
		if date.IsZero() || date.After(on) || !h.known(on) {
			return
		}
		if h.gone(date) != (kind == "alumni_joined") { // what happens to somebody who has left is joining the alumni, and nothing else
			return
		}
		rows = append(rows, []string{h.id, kind, date.String(), related, detail})
	}
	for _, h := range m.hires {
		add(h, koe.EventManagerAssigned, h.joined.AddDays(-7), h.manager, "")
		add(h, koe.EventMentorAssigned, h.mentor, h.mentors[0], "senior")
		add(h, koe.EventMentorAssigned, h.mentor, h.mentors[1], "peer")
		add(h, "attended:exchange", h.exchange, "", "")
		add(h, "attended:training", h.training, "", "")
		add(h, koe.EventTransferred, h.moved, "", "")
		if h.termEnds.AddDays(-240).Before(on) {
			rows = append(rows, endOfTerm(h, on)...)
		}
		if h.alumni && !h.left.IsZero() {
			add(h, "alumni_joined", h.left.AddDays(20), "", "")
		}
	}
	return rows
}

// endOfTerm tells eight months ahead when a fixed term ends.
func endOfTerm(h *hire, on koe.Date) [][]string {
	if h.termEnds.IsZero() || h.gone(on) {
		return nil
	}
	return [][]string{{h.id, "term_ends", h.termEnds.String(), "", ""}}
}
