package form_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"koe"
	"koe/collector/form"
)

func forged(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }

// FuzzPost throws posted forms at a survey. Whatever comes, the form answers with a page and never with a failure of its
// own, and what reaches the store is an answer that its question takes.
func FuzzPost(f *testing.F) {
	w := newWorld(f)
	w.log.drop = true
	handler := form.New(form.Config{Store: w.store, Workspace: w.space, Now: w.now, Limits: form.Limits{AddressRate: 1e9, AddressBurst: 1e9, TokenRate: 1e9, TokenBurst: 1e9, MissRate: 1e9, MissBurst: 1e9}})
	inv, token := w.invite("1001", "m3")
	full := `{"id":"00112233445566778899aabbccddeeff","answers":{"FIT1":{"v":2},"FIT2":{"v":1},"WHY":{"c":["pace"]},"NPS":{"v":5},"MET":{"m":"declined"},"OPEN":{"t":"はい"},"CALL":{"v":1,"t":"電話"}}}`
	f.Add("1", "do=next&at=1&shown=FIT1%2CFIT2&a.FIT1=1&a.FIT2=2")
	f.Add("1", "do=next&at=1&shown=FIT1%2CFIT2%2CWHY&a.FIT1=1&a.FIT2=2&a.WHY=pace&a.WHY=task")
	f.Add("2", "do=next&shown=NPS%2CYEARS%2CTIRED&a.NPS=10&a.YEARS=%EF%BC%91%EF%BC%92&a.TIRED=_")
	f.Add("3", "do=save&shown=MET%2CPEERS%2CFIRST&a.MET=1&a.PEERS=1-2&a.FIRST=2026%2F6%2F3")
	f.Add("5", "do=back&shown=OPEN&a.OPEN=%00%FF%0D%0A&lang=en")
	f.Add("6", "do=next&shown=CALL%2CPROFILE&a.CALL=1&n.CALL=x&a.PROFILE=1")
	f.Add("review", "do=send&publish=1&state="+forged(full))
	f.Add("review", "do=go:2&state="+forged(full))
	f.Add("1", "do=resume&at=99&state="+forged(`{"id":"","answers":null}`))
	f.Add("%zz", "state=%&&;;==&do=next&do=send")
	j := w.space.Journeys[0]
	survey, _ := j.Survey("all")
	f.Fuzz(func(t *testing.T, place, body string) {
		if place == "" || strings.ContainsAny(place, "/?#% ") || !utf8.ValidString(place) {
			place = "1"
		}
		req := httptest.NewRequest(http.MethodPost, "/r/"+token+"/"+url.PathEscape(place), strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res := httptest.NewRecorder()
		handler.ServeHTTP(res, req)
		if res.Code >= 500 || res.Code == 0 {
			t.Fatalf("status %d", res.Code)
		}
		sub, ok, err := w.store.Current(t.Context(), inv.Key)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		for id, a := range sub.Answers {
			q, known := j.Question(id)
			if !known || !slices.Contains(survey.Asked(), id) {
				t.Fatalf("stored an answer to %q", id)
			}
			if a.Missing != koe.MissingNone {
				continue
			}
			if lo, hi, ranged := j.Range(q); ranged && (a.Value == nil || *a.Value < lo || *a.Value > hi) {
				t.Fatalf("stored %v for %s", a.Value, id)
			}
			if utf8.RuneCountInString(a.Text) > 1000 || !utf8.ValidString(a.Text) || strings.ContainsRune(a.Text, 0) {
				t.Fatalf("stored text %q", a.Text)
			}
			for _, c := range a.Choices {
				if q.Kind != koe.KindDate && !slices.ContainsFunc(q.Options, func(o koe.Option) bool { return o.Value == c }) {
					t.Fatalf("stored choice %q for %s", c, id)
				}
			}
		}
		if sub.Seconds < 0 || sub.SubmittedAt.After(at().Add(time.Minute)) {
			t.Fatalf("stored %+v", sub)
		}
	})
}
