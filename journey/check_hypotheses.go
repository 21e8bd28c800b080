package journey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"koe"
)

// themes are those of METHOD section 6.2.
func themes() []string {
	return []string{"isolation", "trust", "network", "adaptation", "mentor", "placement", "career", "transfer", "workload", "manager", "reception", "contribution"}
}

func checkHypotheses(r *reader, j *koe.Journey, settings *koe.Settings) {
	uniqueIn(r, "hypotheses", j.Hypotheses, func(h *koe.Hypothesis) string { return h.ID })
	for i := range j.Hypotheses {
		h := &j.Hypotheses[i]
		at := index("hypotheses", i)
		stage, ok := j.Stage(h.Stage)
		if !ok {
			r.fail(join(at, "stage"), "there is no stage %s", h.Stage).near(h.Stage, stageIDs(j))
		}
		needs := map[koe.HypothesisKind][]string{
			koe.HypothesisLevel: {"bar"}, koe.HypothesisShare: {"answers", "bar"}, koe.HypothesisChange: {"from"},
			koe.HypothesisContrast: {"groups"}, koe.HypothesisAssociation: {"with"}, koe.HypothesisTheme: {"bar"},
		}[h.Kind]
		for _, name := range []string{"answers", "from", "groups", "with", "bar"} {
			stated := r.stated(join(at, name))
			if slices.Contains(needs, name) && !stated {
				r.fail(at, "a hypothesis of kind %s needs %s", h.Kind, name)
			}
			if stated && name != "bar" && !slices.Contains(needs, name) {
				r.failAt(r.keyPlace(join(at, name)), "a hypothesis of kind %s has no %s", h.Kind, name)
			}
		}
		checkHypothesisMeasure(r, j, h, at, stage)
		checkBar(r, j, h, at)
		checkGroups(r, j, h, at, settings)
		for name, owned := range map[string]struct {
			ids   []string
			owner koe.Owner
		}{"measures_receiving": {h.MeasuresReceiving, koe.OwnerUnit}, "measures_hr": {h.MeasuresHR, koe.OwnerHR}} {
			for n, id := range owned.ids {
				path := index(join(at, name), n)
				m, ok := j.Measure(id)
				if !ok {
					r.fail(path, "there is no measure %s", id).near(id, measureIDs(j))
				} else if m.Owner != owned.owner {
					r.warn(path, "the measure %s belongs to %s", id, string(m.Owner))
				}
			}
		}
	}
}

// checkHypothesisMeasure looks at what is measured, and whether the survey of the stage measures it.
func checkHypothesisMeasure(r *reader, j *koe.Journey, h *koe.Hypothesis, at string, stage *koe.Stage) {
	path := join(at, "measure")
	if h.Kind == koe.HypothesisTheme {
		if !slices.Contains(themes(), h.Measure) {
			r.warn(path, "%s is not one of koe's themes, so it has to be in your own rules (voices.rules)", h.Measure).near(h.Measure, themes())
		}
		return
	}
	checkMeasured(r, j, path, h.Measure, h.Kind == koe.HypothesisShare, stage)
	if h.Kind == koe.HypothesisAssociation && h.With != "" {
		checkMeasured(r, j, join(at, "with"), h.With, false, stage)
		if h.With == h.Measure {
			r.fail(join(at, "with"), "%s is compared with itself", h.With)
		}
	}
	if h.Kind == koe.HypothesisChange && h.From != "" {
		from, ok := j.Stage(h.From)
		switch {
		case !ok:
			r.fail(join(at, "from"), "there is no stage %s", h.From).near(h.From, stageIDs(j))
		case h.From == h.Stage:
			r.fail(join(at, "from"), "%s is compared with itself", h.From)
		default:
			checkMeasured(r, j, path, h.Measure, false, from)
		}
	}
	if h.Kind == koe.HypothesisShare && h.Answers != "" {
		if q, ok := j.Question(h.Measure); ok && q.Kind != koe.KindSingle && q.Kind != koe.KindMulti && q.Kind != koe.KindText {
			_, bad := compileCondition(h.Measure+" "+h.Answers, map[string]variable{h.Measure: ranged(variable{kind: number}, j, q)})
			for _, b := range bad {
				r.fail(join(at, "answers"), b.say, b.args...)
			}
		}
	}
}

// checkMeasured looks whether id is a question or construct with numbers, and is asked in the stage's survey.
func checkMeasured(r *reader, j *koe.Journey, path, id string, questionOnly bool, stage *koe.Stage) {
	q, isQuestion := j.Question(id)
	c, isConstruct := j.Construct(id)
	if !isQuestion && !isConstruct {
		r.fail(path, "there is no question or construct %s", id).near(id, append(questionIDs(j), constructIDs(j)...))
		return
	}
	items := []string{id}
	if isConstruct {
		items = c.Items
		if questionOnly {
			r.fail(path, "a share is counted over the answers to one question, and %s is a construct", id)
		}
	} else if !slices.Contains([]koe.QuestionKind{koe.KindScale, koe.KindNumber, koe.KindYesNo, koe.KindConsent}, q.Kind) {
		r.fail(path, "%s is of kind %s, and a hypothesis needs numbers", id, q.Kind)
	}
	if stage == nil {
		return
	}
	survey, ok := j.Survey(stage.Survey)
	if !ok {
		return
	}
	if !survey.Store {
		r.fail(path, "the survey %s keeps nothing, so %s is never known at the stage %s", survey.ID, id, stage.ID)
		return
	}
	asked := survey.Asked()
	if !slices.ContainsFunc(items, func(item string) bool { return slices.Contains(asked, item) }) {
		r.fail(path, "%s is not asked at the stage %s (survey %s)", id, stage.ID, survey.ID)
	}
}

func checkBar(r *reader, j *koe.Journey, h *koe.Hypothesis, at string) {
	path := join(at, "bar")
	switch h.Kind {
	case koe.HypothesisShare, koe.HypothesisTheme:
		if r.stated(path) && (h.Bar <= 0 || h.Bar >= 1) {
			r.fail(path, "%v was found, and %s was expected", h.Bar, phrase("a fraction between 0 and 1, such as 0.5"))
		}
	case koe.HypothesisAssociation:
		if h.Bar != 0 {
			r.fail(path, "an association is tested against 0, and the bar is %v", h.Bar)
		}
	case koe.HypothesisLevel:
		lo, hi, ok := measureRange(j, h.Measure)
		if ok && r.stated(path) && (h.Bar < lo || h.Bar > hi) {
			r.fail(path, "the bar %v is outside of the range of %s, %v to %v", h.Bar, h.Measure, lo, hi)
		}
	}
	if h.Precision <= 0 {
		r.fail(join(at, "precision"), "the precision has to be greater than 0")
	}
}

func measureRange(j *koe.Journey, id string) (lo, hi float64, ok bool) {
	if c, found := j.Construct(id); found && len(c.Items) > 0 {
		id = c.Items[0]
	}
	q, found := j.Question(id)
	if !found {
		return 0, 0, false
	}
	return j.Range(q)
}

// checkGroups looks at the two groups of a contrast: mentor=no (a measure that some had) or bureau=総務局 (a segment).
func checkGroups(r *reader, j *koe.Journey, h *koe.Hypothesis, at string, settings *koe.Settings) {
	if h.Kind != koe.HypothesisContrast {
		return
	}
	path := join(at, "groups")
	if r.stated(path) && len(h.Groups) != 2 {
		r.fail(path, "there are %d groups, and a contrast has two", len(h.Groups))
	}
	for n, group := range h.Groups {
		one := index(path, n)
		name, member, ok := strings.Cut(group, "=")
		m, isMeasure := j.Measure(name)
		switch {
		case !ok || member == "":
			r.fail(one, "%s was found, and %s was expected", group, phrase("a group such as mentor=yes or bureau=総務局"))
		case slices.Contains(settings.SegmentColumns(), name):
		case !isMeasure:
			r.fail(one, "%s is neither a measure nor a segment", name).near(name, append(measureIDs(j), settings.SegmentColumns()...))
		case m.Event == "":
			r.fail(one, "nothing records who had the measure %s", name).hint("give the measure an event")
		case member != "yes" && member != "no":
			r.fail(one, "%s was found, and %s was expected", group, phrase(name+"=yes | "+name+"=no"))
		}
	}
	if len(h.Groups) == 2 && h.Groups[0] == h.Groups[1] {
		r.fail(path, "%s is compared with itself", h.Groups[0])
	}
}

// hash is the SHA-256 of what a hypothesis means: every key of its block with the defaults filled in, whatever its
// layout and order. Texts count in the organisation's language, so that adding a translation changes nothing.
func hash(h *koe.Hypothesis, language string) string {
	canonical, err := json.Marshal(struct { // the order of these fields is part of the form: never change it
		Version                        int
		ID, Stage, Text, Kind, Measure string
		With, Answers, From            string
		Groups                         []string
		Expect                         string
		Bar, Precision                 float64
		Problem                        string
		MeasuresReceiving, MeasuresHR  []string
	}{
		1, h.ID, h.Stage, spaced(h.Text.In(language)), string(h.Kind), h.Measure,
		h.With, strings.ReplaceAll(h.Answers, " ", ""), h.From, append([]string{}, h.Groups...), h.Expect, h.Bar, h.Precision,
		spaced(h.Problem.In(language)), append([]string{}, h.MeasuresReceiving...), append([]string{}, h.MeasuresHR...),
	})
	if err != nil {
		panic(err) // numbers from a file are finite, and strings always marshal
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// spaced makes white space even: where a text is folded in the file is layout.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }
