package form_test

import (
	"strings"
	"testing"

	"koe"

	"github.com/google/go-cmp/cmp"
)

func v(x float64) koe.Answer         { return koe.Answer{Value: &x} }
func c(choices ...string) koe.Answer { return koe.Answer{Choices: choices} }
func m(why koe.Missing) koe.Answer   { return koe.Answer{Missing: why} }

// answerAll walks from the first page to the review, with branching, declining and going back.
func answerAll(w *world, token string) *page {
	p := w.get("/r/" + token)
	p.wants(200, "3か月のアンケート").says("5人に満たない", "回答は任意です", "2026年7月22日（水）", "内線 1234")
	p = w.get("/r/"+token+"/1").wants(200, "いまの仕事")
	p = p.press("next", "a.FIT2=1").wants(422, "いまの仕事").says("ご確認ください（1件）", "いずれかを選んでください")
	p = p.press("next", "a.FIT1=2").wants(200, "いまの仕事").says("質問を追加しました", "どのような点が合わない")
	p = p.press("next", "a.WHY=people|task").wants(200, "毎日のこと")
	p = p.press("back").wants(200, "いまの仕事")
	p = p.press("next").wants(200, "毎日のこと")
	p = p.press("next", "a.NPS=7", "a.YEARS=１２").wants(200, "人とのつながり")
	p = p.press("next", "a.MET=_", "a.PEERS=1-2", "a.FIRST=2026/6/3").wants(200, "最初の一週間")
	p.says("☐ 座席と入館証", "☑ 上司とあいさつ").saysNot("alert(1)")
	p = p.press("next").wants(200, "あなたの言葉で")
	p = p.press("next", "a.OPEN=話せる人が\r\nいません。").wants(200, "さいごに")
	return p.press("next", "a.CALL=1", "n.CALL=昼休みに電話を", "a.PROFILE=1").wants(200, "回答の確認")
}

func TestForm_WholeSurveyWithoutJavaScript(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	p := answerAll(w, token)
	p.says("まだ送信されていません", "あまりそう思わない", "仕事の内容 人間関係", "（未記入）", "12", "答えない", "1～2人", "2026年6月3日（水）", "話せる人が いません。", "昼休みに電話を", "7月22日")
	p = p.press("send", "publish=1").wants(200, "ご回答ありがとうございました").says("こころの耳", "内線 1234")

	got, ok, err := w.store.Current(t.Context(), inv.Key)
	must(t, err)
	if !ok {
		t.Fatal("thanked, but nothing is in the store")
	}
	want := map[string]koe.Answer{
		"FIT1": v(2), "FIT2": v(1), "WHY": c("task", "people"), "TIRED": m(koe.Skipped), "NPS": v(7), "YEARS": v(12), "MET": m(koe.DeclinedTo),
		"PEERS": c("1-2"), "FIRST": c("2026-06-03"), "OPEN": {Text: "話せる人が\nいません。"}, "SHORT": m(koe.Skipped), "PROFILE": v(1),
	}
	if diff := cmp.Diff(want, got.Answers); diff != "" {
		t.Error(diff)
	}
	if !got.PublishOK || got.Language != "ja" || got.Source != koe.SourceForm || got.Mode != koe.Confidential {
		t.Errorf("got %+v", got)
	}
	requests, err := w.store.Requests(t.Context())
	must(t, err)
	if len(requests) != 1 || requests[0].Note != "昼休みに電話を" || requests[0].Person != inv.Person || requests[0].Question != "CALL" {
		t.Errorf("requests: %+v", requests)
	}
	if _, ok, _ := w.store.Draft(t.Context(), inv.Key); ok {
		t.Error("the draft outlived the submission")
	}
	if strings.Contains(w.log.String(), token) || strings.Contains(w.log.String(), "127.0.0.1") || strings.Contains(w.log.String(), "いません") {
		t.Error("the log holds a token, an address or an answer")
	}
}
