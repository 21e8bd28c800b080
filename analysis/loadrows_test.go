package analysis

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"koe"

	"github.com/google/go-cmp/cmp"
)

// longAnswer is one row of the view answer.
type longAnswer struct {
	Response string   `db:"response_key"`
	Journey  string   `db:"journey"`
	Question string   `db:"question"`
	Value    *float64 `db:"value"`
	Choice   *string  `db:"choice"`
	Text     *string  `db:"text"`
	Missing  *string  `db:"missing"`
}

func readLong[T any](t *testing.T, w *world, query string) []T {
	t.Helper()
	db, err := openReadOnly(versionBehind(w.at.published))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := readRows[T](t.Context(), db, query)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// anyAnswers makes answers of every kind, as odd as they come.
func anyAnswers(random *rand.Rand) map[string]koe.Answer {
	number := func(all ...float64) koe.Answer { v := all[random.IntN(len(all))]; return koe.Answer{Value: &v} }
	choices := func(all ...string) koe.Answer { return koe.Answer{Choices: all[:1+random.IntN(len(all))]} }
	texts := []string{"𠮷野家 👩‍👩‍👧 é", "'; DROP TABLE person; --", "一行目\n二行目\t終", "\u202eRTL", "=HYPERLINK(\"x\")", strings.Repeat("長い", 5000), "x\x00y", "短い"}
	all := map[string]koe.Answer{
		"F1": number(1, 2, 3, 4, 5), "F2": number(-5, 0, 300, 32767, 40000, 2.5), "I1": number(1, 5), "I2": number(2, 4), "R": number(0, 10, 3.5), "Y": number(0, 1),
		"N": number(0, -0.25, 1e9, 1e12, 123456.789), "S": choices([]string{"a", "b", "zz"}[random.IntN(3)]), "M": choices("a", "c", "b"), "T": {Text: texts[random.IntN(len(texts))]},
		"D": choices("2026-04-01"), "C": {Text: "電話してください"}, "OLD": number(7), "ÄLT": {Text: "昔の質問"},
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		switch random.IntN(5) {
		case 0:
			delete(all, id)
		case 1:
			all[id] = koe.Answer{Missing: []koe.Missing{koe.DeclinedTo, koe.Skipped, koe.NotAsked}[random.IntN(3)]}
		}
	}
	return all
}

// long gives the rows of the view answer that a submission becomes.
func long(s *koe.Submission, asked []string) (rows []longAnswer) {
	text := func(s string) *string { return &s }
	for _, id := range slices.Sorted(slices.Values(slices.Concat(asked, []string{"OLD", "ÄLT"}))) {
		a, given := s.Answers[id]
		row := longAnswer{Response: s.Response, Journey: s.Journey, Question: id}
		switch {
		case !given && (id == "OLD" || id == "ÄLT"):
			continue
		case !given:
			row.Missing = text("not_asked")
		case a.Missing != "":
			row.Missing = text(string(a.Missing))
		case a.Value != nil:
			row.Value = a.Value
		case a.Text != "":
			row.Text = text("［" + a.Text + "］")
		default:
			for _, choice := range slices.Sorted(slices.Values(a.Choices)) {
				row.Choice = text(choice)
				rows = append(rows, row)
			}
			continue
		}
		rows = append(rows, row)
	}
	return rows
}

// TestLoad_EveryAnswerArrives loads two journeys of some thousand responses with answers of every kind in batches of every
// size, some with nothing in them, and reads every answer back.
func TestLoad_EveryAnswerArrives(t *testing.T) {
	j := scaleJourney([]string{"m2"}, "fit:F1,F2", "isolation<:I1,-I2")
	everyKind(j)
	k := *j
	k.ID = "k"
	asked := []string{"F1", "F2", "I1", "I2", "R", "Y", "N", "S", "M", "T", "D"}
	w, random := newWorld(t, j, &k), rand.New(rand.NewPCG(11, 4))
	w.script = []*batch{{}}
	var want []longAnswer
	var order []string
	for i := 0; i < 3000; {
		b := &batch{}
		for range random.IntN(1500) {
			s := koe.Submission{Response: fmt.Sprintf("r%04d", 7919*i%10000), Journey: []string{"j", "k"}[random.IntN(2)], Stage: "m2", Survey: "s", Version: 1 + i%3, Mode: koe.Confidential,
				Language: []string{"", "ja", "en"}[i%3], Source: koe.SourceImport, SubmittedAt: time.Date(2026, 4, 1, 0, 0, i, 123456000, time.UTC), Answers: anyAnswers(random), Seconds: i, PublishOK: i%2 == 0,
				Segments: map[string]string{"bureau": []string{"", "総務局", "Ü/b"}[i%3], "division": fmt.Sprint("課", i%7), "hire_type": strings.Repeat("長", i%50)}}
			if i%4 > 0 {
				s.Person = koe.PersonKey(fmt.Sprint("p", i%100))
			}
			b.submissions = append(b.submissions, s)
			want = append(want, long(&s, asked)...)
			order = append(order, s.Journey+s.Response)
			i++
		}
		w.script = append(w.script, b, &batch{})
	}
	if result := w.load(true); result.Submissions != len(order) {
		t.Fatalf("result: %+v", result)
	}
	type key struct {
		Name string `db:"name"`
	}
	var lie []string
	for _, name := range []string{"j", "k"} {
		for _, one := range readLong[key](t, w, "SELECT '"+name+"' || response_key AS name FROM response_"+name) {
			lie = append(lie, one.Name)
		}
	}
	slices.SortStableFunc(order, func(x, y string) int { return strings.Compare(x[:1], y[:1]) })
	if diff := cmp.Diff(order, lie); diff != "" {
		t.Errorf("responses do not lie in the order in which they came: %s", diff)
	}
	got := readLong[longAnswer](t, w, "SELECT response_key, journey, question, value, choice, text, missing FROM answer ORDER BY response_key, question, choice")
	slices.SortStableFunc(want, func(x, y longAnswer) int { return strings.Compare(x.Response, y.Response) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got): %s", diff)
	}
	if got := w.table(`SELECT count(*), count(person_key), count(invitation_key), count(DISTINCT division), sum(seconds), max(length(hire_type)), min(submitted_at)
		FROM response WHERE wave = '2026Q2' AND submitted_on = '2026-04-01'`); got[0] != fmt.Sprintf("%d %d 0 15 %d 49 2026-04-01T00:00", len(order), len(order)-(len(order)+3)/4, len(order)*(len(order)-1)/2) {
		t.Errorf("%d responses: %v", len(order), got)
	}
}

func TestLoad_WhatComesAgainWhileRowsWaitReplacesThem(t *testing.T) {
	w := wholeWorld(t)
	first := *w.script[0]
	again := &batch{people: slices.Clone(first.people[:5]), events: slices.Clone(first.events[:2]), invitations: slices.Clone(first.invitations[:3]), submissions: slices.Clone(first.submissions[:4])}
	for i := range again.people {
		again.people[i].Role = "mentor"
	}
	for i := range again.events {
		again.events[i].Detail = "再"
	}
	for i := range again.invitations {
		again.invitations[i].Status = koe.Bounced
	}
	for i := range again.submissions {
		again.submissions[i].Answers = map[string]koe.Answer{"T": {Text: "また"}}
	}
	w.script = append(w.script, again, &batch{}, again)
	w.load(true)
	for query, want := range map[string]string{
		"SELECT count(*), count(DISTINCT person_key), count_if(role = 'mentor') FROM person":                               "40 40 5",
		"SELECT count(*), count(DISTINCT person_key) FROM spell":                                                           "40 40",
		"SELECT count(*), count(DISTINCT event_key), count_if(detail = '再') FROM event":                                    "15 15 2",
		"SELECT count(*), count(DISTINCT invitation_key), count_if(status = 'bounced') FROM invitation":                    "80 80 3",
		"SELECT count(*), count(DISTINCT response_key), count_if(q_F1 = " + fmt.Sprint(codeNotAsked) + ") FROM response_j": "80 80 4",
		"SELECT count(*), count_if(text = '［また］') FROM answer_apart WHERE question = 'T'":                                  "80 4",
	} {
		if got := w.table(query); got[0] != want {
			t.Errorf("%s: %s, want %s", query, got[0], want)
		}
	}
}

// failing is a feed that fails after some batches.
type failing struct {
	*world
	after int
}

func (f failing) next(ctx context.Context, cursor string) (*batch, error) {
	if cursor == fmt.Sprint(f.after) {
		return nil, errors.New("the store went away")
	}
	return f.world.next(ctx, cursor)
}

// TestLoad_AFailureInTheMiddleLeavesWhatWasPublished stops a rebuild and an addition by the store, by the mask and by a row that
// the warehouse does not take.
func TestLoad_AFailureInTheMiddleLeavesWhatWasPublished(t *testing.T) {
	for name, fail := range map[string]func(w *world, src *source) (says string){
		"the store": func(w *world, src *source) string { src.feed = failing{w, 3}; return "the store went away" },
		"the mask": func(_ *world, src *source) string {
			src.mask = func(text string) (string, error) {
				if text == "隠せない" {
					return "", errors.New("no names to hide")
				}
				return text, nil
			}
			return "no names to hide"
		},
		"a row": func(w *world, _ *source) string {
			v := invite("p00", "m2", "2026-03-15", koe.Answered)
			v.Key, v.DueOn = "i-without", koe.Date{}
			w.script[3].invitations = append(w.script[3].invitations, v)
			return "NOT NULL"
		},
	} {
		for _, rebuild := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " rebuild ", rebuild), func(t *testing.T) {
				w := wholeWorld(t)
				w.load(false)
				before := w.at.current()
				for n := range 4 {
					s := answers(fmt.Sprint("p9", n), "m2", "2026-05-01", "F1=3 T=text:隠せない")
					w.script = append(w.script, &batch{submissions: []koe.Submission{s}})
				}
				src := w.source()
				says := fail(w, &src)
				if _, err := load(t.Context(), w.at, src, rebuild); err == nil || !strings.Contains(err.Error(), says) {
					t.Fatalf("the load says %v", err)
				}
				if w.at.current() != before || len(w.at.versions()) != 1 {
					t.Errorf("published: %s, before %s", w.at.current(), before)
				}
				if left, _ := filepath.Glob(filepath.Join(w.at.folder, "*.building*")); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
				if got := w.table("SELECT count(*) FROM response"); got[0] != "80" {
					t.Errorf("%s responses", got)
				}
			})
		}
	}
}

func TestKeySet_SaysWhatWasThere(t *testing.T) {
	s := newKeySet()
	for round := range 2 {
		for i := range 10_000 {
			if s.add(fmt.Sprint(i)) != (round == 1) {
				t.Fatalf("round %d, key %d", round, i)
			}
		}
	}
}

func TestCellOf_IsTheHashOfItsParts(t *testing.T) {
	h := fnv.New64a()
	for _, part := range []string{"j", "m2", "2026Q2", "総務局", "", "x"} {
		_, _ = h.Write(append([]byte(part), 0))
	}
	if got := cellOf("j", "m2", "2026Q2", []string{"総務局", "", "x"}); got != int64(h.Sum64()) {
		t.Errorf("%d, want %d", got, int64(h.Sum64()))
	}
	small := fnv.New32a()
	_, _ = small.Write([]byte("r-01"))
	if got := bucketOf("r-01"); got != int16(small.Sum32()>>22) {
		t.Errorf("bucket %d", got)
	}
}
