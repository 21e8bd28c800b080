package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"koe"
	"koe/store"
)

func reviewsAreAboutOneWording(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	r := must(w.Submit(t.Context(), at, submission("s1", inv)))(t).Response
	decide := func(review store.Review) int {
		review.Response, review.Question = r, "OPN3"
		return must(w.SaveReviews(t.Context(), at, []store.Review{review}))(t)
	}
	want := func(review store.Review) {
		t.Helper()
		review.Response, review.Question, review.ReviewedAt = r, "OPN3", at
		if d := cmp.Diff([]store.Review{review}, must(w.Reviews(t.Context()))(t)); d != "" {
			t.Error(d)
		}
	}
	if n := decide(store.Review{Check: "a", Themes: []string{"isolation:issue"}}); n != 1 {
		t.Errorf("%d comments were found", n)
	}
	decide(store.Review{Check: "a", Cleared: store.Cleared})
	want(store.Review{Check: "a", Themes: []string{"isolation:issue"}, Cleared: store.Cleared})
	decide(store.Review{Check: "a", Themes: []string{}})
	want(store.Review{Check: "a", Themes: []string{}, Cleared: store.Cleared})
	decide(store.Review{Check: "b", Themes: []string{"trust:ok"}})
	want(store.Review{Check: "b", Themes: []string{"trust:ok"}})
	decide(store.Review{Check: "b", Cleared: store.NotCleared})
	want(store.Review{Check: "b", Themes: []string{"trust:ok"}, Cleared: store.NotCleared})
	if n := must(w.SaveReviews(t.Context(), at, []store.Review{{Response: "GONE", Question: "OPN3", Check: "a"}}))(t); n != 0 {
		t.Errorf("%d comments of a response that does not exist were found", n)
	}
	for _, bad := range []store.Review{{Question: "OPN3", Check: "a"}, {Response: r, Check: "a"}, {Response: r, Question: "OPN3"}, {Response: r, Question: "OPN3", Check: "a", Cleared: "perhaps"}} {
		_, err := w.SaveReviews(t.Context(), at, []store.Review{bad})
		wantKind(t, err, koe.Invalid)
	}
}

func reviewsGoWithTheirComments(t *testing.T, w world) {
	p := saved(t, w.Store)
	inv := invited(t, w.Store, "m3", koe.Confidential, p[0], p[1])
	for i, id := range []string{"s1", "s2"} {
		r := must(w.Submit(t.Context(), at, submission(id, inv[i])))(t).Response
		must(w.SaveReviews(t.Context(), at, []store.Review{{Response: r, Question: "OPN3", Check: "a", Cleared: store.Cleared}}))(t)
	}
	must(w.Erase(t.Context(), at, "1001"))(t)
	if n := len(must(w.Reviews(t.Context()))(t)); n != 1 {
		t.Errorf("%d decisions are left after one of two people was forgotten", n)
	}
	rules := koe.RetentionSettings{Comments: koe.Period{Years: 1}}
	must(w.Retention(t.Context(), at.Add(2*365*24*time.Hour), rules, nil, true))(t)
	if n := len(must(w.Reviews(t.Context()))(t)); n != 0 {
		t.Errorf("%d decisions are left although the comments are gone", n)
	}
}
