package journey

import (
	"regexp"

	"koe"
)

// journeyShape describes journeys/*.yaml (DESIGN section 4), for the parser and for the JSON Schema.
func journeyShape() object[koe.Journey] {
	type J = koe.Journey
	return object[J]{name: "journey", start: func() J { return J{Alpha: 0.05, MinN: 10, MinRate: 0.30} }, fields: []field[J]{
		must(key("journey", idShape{}, func(j *J) *string { return &j.ID }, "ジャーニーの ID / the journey's id")),
		must(key("title", textShape{}, func(j *J) *koe.Text { return &j.Title }, "名称 / its name")),
		key("alpha", fraction(), func(j *J) *float64 { return &j.Alpha }, "仮説検証の有意水準(片側) / one-sided level of the hypothesis tests"),
		key("n_min", whole(2, 100000), func(j *J) *int { return &j.MinN }, "検証に要る最少人数 / least n of a tested hypothesis, per group"),
		key("min_response_rate", fraction(), func(j *J) *float64 { return &j.MinRate }, "検証に要る最低回答率 / least response rate of a tested hypothesis"),
		key("scales", entriesOf[koe.Scale]{scaleShape(), func(s *koe.Scale) *string { return &s.ID }}, func(j *J) *[]koe.Scale { return &j.Scales }, "回答尺度 / rows of ordered answers"),
		key("questions", entriesOf[koe.Question]{questionShape(), func(q *koe.Question) *string { return &q.ID }}, func(j *J) *[]koe.Question { return &j.Questions }, "設問 / what is asked"),
		key("constructs", entriesOf[koe.Construct]{constructShape(), func(c *koe.Construct) *string { return &c.ID }}, func(j *J) *[]koe.Construct { return &j.Constructs }, "指標(複数の設問で測るもの) / what a few questions measure together"),
		key("surveys", entriesOf[koe.Survey]{surveyShape(), func(s *koe.Survey) *string { return &s.ID }}, func(j *J) *[]koe.Survey { return &j.Surveys }, "調査票 / the surveys"),
		key("stages", listOf[koe.Stage]{of: stageShape()}, func(j *J) *[]koe.Stage { return &j.Stages }, "段階 / windows around an event, in which one survey is open"),
		key("hypotheses", listOf[koe.Hypothesis]{of: hypothesisShape()}, func(j *J) *[]koe.Hypothesis { return &j.Hypotheses }, "仮説 / what is believed of a stage, with the number that would show it"),
		key("measures", listOf[koe.Measure]{of: measureShape()}, func(j *J) *[]koe.Measure { return &j.Measures }, "施策 / what HR or the receiving unit does"),
	}}
}

func scaleShape() object[koe.Scale] {
	type S = koe.Scale
	return object[S]{name: "scale", fields: []field[S]{
		must(key("from", whole(-100, 100), func(s *S) *int { return &s.From }, "最小の値 / the least answer")),
		must(key("to", whole(-100, 100), func(s *S) *int { return &s.To }, "最大の値 / the greatest answer")),
		key("favourable_from", whole(-100, 100), func(s *S) *int { return &s.FavourableFrom }, "肯定とみなす最小の値(既定: 中点の次) / first value that counts as favourable; the first above the midpoint unless stated"),
		key("labels", labelsShape{}, func(s *S) *map[string][]string { return &s.Labels }, "各段階の表示。言語ごとに全段階、または両端の二つ / a label for each step, by language, or the two ends"),
	}}
}

func questionShape() object[koe.Question] {
	type Q = koe.Question
	return object[Q]{name: "question", fields: []field[Q]{
		must(key("kind", oneOf(koe.KindScale, koe.KindNumber, koe.KindYesNo, koe.KindSingle, koe.KindMulti, koe.KindText, koe.KindDate, koe.KindContact, koe.KindNote, koe.KindConsent), func(q *Q) *koe.QuestionKind { return &q.Kind }, "回答の種類 / what sort of answer it takes")),
		must(key("text", textShape{}, func(q *Q) *koe.Text { return &q.Text }, "設問文。note では表示する文(Markdown) / the question, or the Markdown of a note")),
		key("help", textShape{}, func(q *Q) *koe.Text { return &q.Help }, "補足 / a line below the question"),
		key("scale", idShape{}, func(q *Q) *string { return &q.Scale }, "scale のとき: 回答尺度の ID / for scale: the scale's id"),
		key("reverse", boolean(), func(q *Q) *bool { return &q.Reverse }, "逆転項目 / keyed as lowest + highest − answer"),
		key("min", pointer[float64]{decimal()}, func(q *Q) **float64 { return &q.Min }, "number のとき: 最小 / for number: the least"),
		key("max", pointer[float64]{decimal()}, func(q *Q) **float64 { return &q.Max }, "number のとき: 最大。text のとき: 最大文字数 / for number: the greatest; for text: characters"),
		key("options", listOf[koe.Option]{of: optionShape()}, func(q *Q) *[]koe.Option { return &q.Options }, "single, multi のとき: 選択肢 / for single and multi: the choices"),
		key("ordered", boolean(), func(q *Q) *bool { return &q.Ordered }, "single のとき: 選択肢に順序がある / for single: the choices are ordered"),
		key("required", boolean(), func(q *Q) *bool { return &q.Required }, "何か選ばないと進めない(「答えない」は常に選べる) / something must be pressed; declining always may"),
		key("role", idShape{}, func(q *Q) *string { return &q.Role }, "設問の位置づけ: core, stage, optional, open, followup など / what part it plays: core, stage, optional, open, followup or another"),
		key("recommend", boolean(), func(q *Q) *bool { return &q.Recommend }, "0〜10 の推奨度として集計する / a 0–10 question that is also reported as promoters − detractors"),
	}}
}

func optionShape() object[koe.Option] {
	type O = koe.Option
	return object[O]{name: "option", fields: []field[O]{
		must(key("value", checked("a short value without , ; or |", `^[^,;|\x00-\x1f]{1,100}$`, func(s string) bool {
			return s != "" && len([]rune(s)) <= 100 && !hasAny(s, ",;|") && !hasControl(s)
		}), func(o *O) *string { return &o.Value }, "保存される値 / what is stored")),
		must(key("text", textShape{}, func(o *O) *koe.Text { return &o.Text }, "表示する文 / what is shown")),
	}}
}

func constructShape() object[koe.Construct] {
	type C = koe.Construct
	return object[C]{name: "construct", fields: []field[C]{
		must(key("title", textShape{}, func(c *C) *koe.Text { return &c.Title }, "名称 / its name")),
		must(key("items", listOf[string]{of: idShape{}}, func(c *C) *[]string { return &c.Items }, "設問の ID / the questions that measure it")),
		must(key("better", oneOf(koe.Higher, koe.Lower), func(c *C) *koe.Direction { return &c.Better }, "高いほど良いか、低いほど良いか / which way is better")),
		key("trend", boolean(), func(c *C) *bool { return &c.Trend }, "段階と時期を通して追う / followed over stages and time"),
		key("baseline_from", quarter(), func(c *C) *string { return &c.BaselineFrom }, "管理図の基準期間の最初の四半期。省くと最初から / first quarter of the frozen baseline of the control chart; from the beginning when left out"),
		key("baseline_until", quarter(), func(c *C) *string { return &c.BaselineUntil }, "管理図の基準期間の最後の四半期(8点以上が要る)。省くと最初の8点 / last quarter of the frozen baseline, at least 8 points; the first 8 points when left out"),
	}}
}

// quarterPattern is a calendar quarter as the warehouse writes it.
var quarterPattern = regexp.MustCompile(`^[0-9]{4}Q[1-4]$`)

func quarter() scalarShape[string] {
	return checked("a quarter such as 2026Q2", quarterPattern.String(), quarterPattern.MatchString)
}

func surveyShape() object[koe.Survey] {
	type S = koe.Survey
	return object[S]{name: "survey", start: func() S { return S{Mode: koe.Confidential, Version: 1, Store: true} }, fields: []field[S]{
		key("title", textShape{}, func(s *S) *koe.Text { return &s.Title }, "名称 / its name"),
		key("mode", oneOf(koe.Confidential, koe.Anonymous, koe.Identified), func(s *S) *koe.Mode { return &s.Mode }, "回答者への約束。最初の依頼を送ると変えられない / what a respondent is promised; sealed when the first invitation is sent"),
		key("version", whole(1, 10000), func(s *S) *int { return &s.Version }, "版。送った後に変えるときは上げる / counts up when a survey changes after it was sent"),
		key("store", boolean(), func(s *S) *bool { return &s.Store }, "false: 何も保存しない自己確認 / false: a self-check that keeps nothing"),
		key("intro", textShape{}, func(s *S) *koe.Text { return &s.Intro }, "はじめの説明(Markdown) / Markdown before the first page"),
		key("closing", textShape{}, func(s *S) *koe.Text { return &s.Closing }, "おわりの案内(Markdown) / Markdown after the thanks"),
		must(key("pages", listOf[koe.Page]{of: pageShape()}, func(s *S) *[]koe.Page { return &s.Pages }, "画面 / the screens")),
		key("outcomes", listOf[koe.Outcome]{of: outcomeShape()}, func(s *S) *[]koe.Outcome { return &s.Outcomes }, "結果の画面。最初に当てはまるもの / result pages; the first whose condition holds"),
	}}
}

func pageShape() object[koe.Page] {
	type P = koe.Page
	return object[P]{name: "page", fields: []field[P]{
		key("title", textShape{}, func(p *P) *koe.Text { return &p.Title }, "見出し / its heading"),
		key("ask", listOf[string]{of: idShape{}}, func(p *P) *[]string { return &p.Ask }, "設問の ID / the questions"),
		key("show_if", conditionShape(), func(p *P) *string { return &p.ShowIf }, "表示する条件。例: ISO1 >= 4 || ISO2 <= 2 / shown when this holds"),
		key("ask_if", listOf[koe.AskIf]{of: askIfShape()}, func(p *P) *[]koe.AskIf { return &p.AskIf }, "条件つきの追加の設問 / further questions, each with its condition"),
		key("at_most", whole(1, 100), func(p *P) *int { return &p.AtMost }, "追加の設問の最大数 / at most so many of ask_if"),
	}}
}

func askIfShape() object[koe.AskIf] {
	type A = koe.AskIf
	return object[A]{name: "ask_if", fields: []field[A]{
		must(key("question", idShape{}, func(a *A) *string { return &a.Question }, "設問の ID / the question")),
		must(key("when", conditionShape(), func(a *A) *string { return &a.When }, "条件 / asked when this holds")),
	}}
}

func outcomeShape() object[koe.Outcome] {
	type O = koe.Outcome
	return object[O]{name: "outcome", fields: []field[O]{
		key("id", idShape{}, func(o *O) *string { return &o.ID }, "ID"),
		key("when", conditionShape(), func(o *O) *string { return &o.When }, "条件。なければ常に / shown when this holds; always without it"),
		must(key("title", textShape{}, func(o *O) *koe.Text { return &o.Title }, "見出し / its heading")),
		key("text", textShape{}, func(o *O) *koe.Text { return &o.Text }, "本文(Markdown) / Markdown"),
	}}
}

func stageShape() object[koe.Stage] {
	type S = koe.Stage
	return object[S]{name: "stage", start: func() S { return S{Audience: koe.AudienceHire} }, fields: []field[S]{
		must(key("id", idShape{}, func(s *S) *string { return &s.ID }, "段階の ID / the stage's id")),
		must(key("title", textShape{}, func(s *S) *koe.Text { return &s.Title }, "名称 / its name")),
		key("feelings", textShape{}, func(s *S) *koe.Text { return &s.Feelings }, "入社者の気持ち(仮説) / what is believed that the hire feels"),
		key("problem", textShape{}, func(s *S) *koe.Text { return &s.Problem }, "問題点 / the problem of the stage, in a phrase"),
		key("audience", oneOf(koe.AudienceHire, koe.AudienceMentor, koe.AudienceManager), func(s *S) *koe.Audience { return &s.Audience }, "誰に聞くか / who is asked"),
		must(key("anchor", eventShape(), func(s *S) *string { return &s.Anchor }, "起点の出来事 / the event that the window is counted from")),
		must(key("opens", period(true), func(s *S) *koe.Period { return &s.Opens }, "開始(起点から) / first day, from the anchor")),
		key("target", period(true), func(s *S) *koe.Period { return &s.Target }, "段階の名のもとになる日。既定は開始日 / the day that the stage is named after; the opening unless stated"),
		must(key("closes", period(true), func(s *S) *koe.Period { return &s.Closes }, "回答を受け付ける最後の日 / last day on which answers are taken")),
		key("remind", listOf[koe.Period]{of: period(false)}, func(s *S) *[]koe.Period { return &s.Remind }, "督促(開始から) / reminders, after the opening"),
		must(key("survey", idShape{}, func(s *S) *string { return &s.Survey }, "調査票の ID / the survey's id")),
		key("late", lateShape(), func(s *S) *koe.Late { return &s.Late }, "開始日を過ぎて名簿に入った人をどうするか: until_close, skip, P7D / what becomes of people added after the opening"),
		key("when", conditionShape(), func(s *S) *string { return &s.When }, "対象者の条件。例: hire_type == '任期付' / a condition over the person"),
		key("repeat", pointer[koe.Repeat]{repeatShape()}, func(s *S) **koe.Repeat { return &s.Repeat }, "くり返し / asked again at even intervals"),
		key("min_gap", pointer[koe.Period]{period(false)}, func(s *S) **koe.Period { return &s.MinGap }, "同じ人への前の調査からの最短の間隔。既定は koe.yaml / least gap to the pulse before it, to one person; as koe.yaml says unless stated"),
		key("roll", rollShape(), func(s *S) *koe.Roll { return &s.Roll }, "休日に当たった開始日を next, previous, none のどれへ動かすか。既定は koe.yaml / where an opening on a closed day moves; as koe.yaml says unless stated"),
	}}
}

func rollShape() scalarShape[koe.Roll] { return oneOf(koe.RollNext, koe.RollPrevious, koe.RollNone) }

func repeatShape() object[koe.Repeat] {
	type R = koe.Repeat
	return object[R]{name: "repeat", fields: []field[R]{
		must(key("every", period(false), func(x *R) *koe.Period { return &x.Every }, "間隔 / the interval")),
		must(key("until", period(false), func(x *R) *koe.Period { return &x.Until }, "起点からいつまで / until so long after the anchor")),
	}}
}

func hypothesisShape() object[koe.Hypothesis] {
	type H = koe.Hypothesis
	return object[H]{name: "hypothesis", fields: []field[H]{
		must(key("id", idShape{}, func(h *H) *string { return &h.ID }, "仮説の ID / the hypothesis's id")),
		must(key("stage", idShape{}, func(h *H) *string { return &h.Stage }, "段階 / the stage")),
		must(key("text", textShape{}, func(h *H) *koe.Text { return &h.Text }, "仮説の文 / the sentence that is tested")),
		must(key("kind", oneOf(koe.HypothesisLevel, koe.HypothesisShare, koe.HypothesisChange, koe.HypothesisContrast, koe.HypothesisPeak, koe.HypothesisAssociation, koe.HypothesisTheme), func(h *H) *koe.HypothesisKind { return &h.Kind }, "検証のしかた / how it is tested")),
		must(key("measure", idShape{}, func(h *H) *string { return &h.Measure }, "設問・指標・テーマの ID / a question, construct or theme")),
		key("with", idShape{}, func(h *H) *string { return &h.With }, "association のとき: もう一方 / for association: the other construct or question"),
		key("answers", answersShape(), func(h *H) *string { return &h.Answers }, "share のとき: 該当する回答。例: \">=4\" / for share: which raw answers count"),
		key("from", idShape{}, func(h *H) *string { return &h.From }, "change のとき: 前の段階 / for change: the earlier stage"),
		key("groups", listOf[string]{of: anyText()}, func(h *H) *[]string { return &h.Groups }, "contrast のとき: 二つの群。例: [mentor=no, mentor=yes] / for contrast: the two groups"),
		must(key("expect", oneOf("above", "below"), func(h *H) *string { return &h.Expect }, "基準を上回る / 下回る / above or below the bar")),
		key("bar", decimal(), func(h *H) *float64 { return &h.Bar }, "基準 / the bar, practically meaningful"),
		key("precision", decimal(), func(h *H) *float64 { return &h.Precision }, "90 % 信頼区間の幅の半分の上限 / largest half-width of the 90 % interval"),
		key("problem", textShape{}, func(h *H) *koe.Text { return &h.Problem }, "支持されたときの問題点 / the problem that it would establish"),
		key("measures_receiving", listOf[string]{of: idShape{}}, func(h *H) *[]string { return &h.MeasuresReceiving }, "受け入れ部門の施策 / measures of the receiving unit"),
		key("measures_hr", listOf[string]{of: idShape{}}, func(h *H) *[]string { return &h.MeasuresHR }, "人事部門の施策 / measures of HR"),
	}}
}

func measureShape() object[koe.Measure] {
	type M = koe.Measure
	return object[M]{name: "measure", fields: []field[M]{
		must(key("id", idShape{}, func(m *M) *string { return &m.ID }, "施策の ID / the measure's id")),
		must(key("owner", oneOf(koe.OwnerUnit, koe.OwnerHR), func(m *M) *koe.Owner { return &m.Owner }, "unit: 受け入れ部門, hr: 人事部門 / who does it")),
		must(key("title", textShape{}, func(m *M) *koe.Text { return &m.Title }, "名称 / its name")),
		key("text", textShape{}, func(m *M) *koe.Text { return &m.Text }, "説明 / what it is"),
		key("stages", listOf[string]{of: idShape{}}, func(m *M) *[]string { return &m.Stages }, "行う段階 / the stages at which it is done"),
		key("event", eventShape(), func(m *M) *string { return &m.Event }, "受けたことを示す出来事 / the event that shows that a person had it"),
		key("targets", listOf[string]{of: idShape{}}, func(m *M) *[]string { return &m.Targets }, "ねらう指標 / the constructs that it is meant to help"),
	}}
}
