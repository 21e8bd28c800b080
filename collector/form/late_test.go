package form_test

import (
	"testing"
	"time"

	"koe/store"
)

// midnight is when the invitations of invite close: the end of 22 July 2026 in Tokyo.
func midnight() time.Time { return time.Date(2026, 7, 22, 15, 0, 0, 0, time.UTC) }

const (
	linkClosed = "このリンクからは回答できません"
	lateNote   = "期限までに始められた回答は、01:00まで送信できます"
)

func TestLate_WhatWasBegunBeforeMidnightMayBeSentForAnHour(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	w.setClock(midnight().Add(-10 * time.Minute))
	w.get("/r/"+token).wants(200, "3か月のアンケート").says("2026年7月22日", "翌日1時まで送信できます")
	second := w.get("/r/"+token+"/1").saysNot(lateNote).press("next", "a.FIT1=4", "a.FIT2=4")
	w.setClock(midnight().Add(20 * time.Minute))
	w.get(second.url.Path).says(lateNote)
	review := w.sendable(token)
	review.says(lateNote).saysNot("変更できます")
	thanks := review.press("send").wants(200, "ご回答ありがとうございました").saysNot("変更できます")
	if _, sent, err := w.store.Current(t.Context(), inv.Key); err != nil || !sent {
		t.Fatalf("sent: %v, %v", sent, err)
	}
	w.get(thanks.url.String()).wants(200, "ご回答ありがとうございました") // read again
	w.get("/r/"+token).wants(404, linkClosed)               // but changed it is no more
	w.setClock(midnight().Add(time.Hour))
	w.get(thanks.url.String()).wants(404, linkClosed)
}

// sendable goes through what is left of the survey, without answering more than is required.
func (w *world) sendable(token string) *page {
	w.t.Helper()
	p := w.get("/r/"+token+"/2").press("next", "d.NPS=1", "d.YEARS=1", "d.TIRED=1").press("next", "d.MET=1").press("next", "d.OPEN=1")
	for range 10 {
		if p.heading() == "回答の確認" {
			return p
		}
		p = p.press("next")
	}
	w.t.Fatalf("no review: %s", p.text())
	return nil
}

func TestLate_APageThatWasOpenAtMidnightIsEnough(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	_, quiet := w.invite("1002", "quiet")
	w.setClock(midnight().Add(-time.Second))
	opened := w.get("/r/" + token + "/1")
	anonymous := w.get("/r/" + quiet + "/1")
	w.setClock(midnight().Add(5 * time.Minute))
	opened.press("next", "a.FIT1=4", "a.FIT2=4").says(lateNote)
	anonymous.press("next", "a.FIT1=3").says(lateNote).press("next", "d.OPEN=1").press("send").wants(200, "ご回答ありがとうございました")
}

func TestLate_WhoeverHasNotBegunFindsTheLinkClosed(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	_, begun := w.invite("1002", "m3")
	w.setClock(midnight().Add(-time.Minute))
	w.get("/r/" + token) // the first page only
	page := w.get("/r/"+begun+"/1").press("next", "a.FIT1=4", "a.FIT2=4")
	unknown := w.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAA")
	w.setClock(midnight())
	for _, path := range []string{"/r/" + token, "/r/" + token + "/1", "/r/" + token + "/review", "/r/" + token + "/done"} {
		if p := w.get(path).wants(404, linkClosed); p.body != unknown.body {
			t.Errorf("%s differs from an unknown link", path)
		}
	}
	fresh := reviewPost(1)
	fresh.Set("state", forged(`{"id":"00112233445566778899aabbccddeeff","started":"2026-07-22T15:00:00Z","answers":{"FIT1":{"v":2},"FIT2":{"v":2}}}`))
	w.post("/r/"+token+"/review", fresh).wants(404, linkClosed)
	w.setClock(midnight().Add(time.Hour))
	page.press("next").wants(404, linkClosed)
	w.post("/r/"+begun+"/review", reviewPost(2)).wants(404, linkClosed)
	if all, err := w.store.Submissions(t.Context(), store.SubmissionFilter{}); err != nil || len(all) != 0 {
		t.Errorf("%d were taken (%v)", len(all), err)
	}
}
