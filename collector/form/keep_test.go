package form_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"koe"
	"koe/store"

	"github.com/google/go-cmp/cmp"
)

// toReview answers the anonymous or the whole survey quickly and gives the review page.
func toReview(w *world, token string) *page {
	p := w.get("/r/"+token+"/1").wants(200, "いまの仕事")
	p = p.press("next", "a.FIT1=4", "a.FIT2=4").wants(200, "毎日のこと")
	p = p.press("next", "a.NPS=8").wants(200, "人とのつながり")
	p = p.press("next", "a.MET=1").wants(200, "あなたの言葉で")
	p = p.press("next", "a.OPEN=とくになし").wants(200, "さいごに")
	return p.press("next").wants(200, "回答の確認")
}

func versions(t *testing.T, w *world, inv koe.Invitation) (koe.Submission, int) {
	t.Helper()
	got, ok, err := w.store.Current(t.Context(), inv.Key)
	must(t, err)
	if !ok {
		return got, 0
	}
	history, err := w.store.History(t.Context(), got.Response)
	must(t, err)
	return got, len(history) + 1
}

func TestSend_DoubleClickReloadAndBackAreOneSubmission(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	p := toReview(w, token)
	var wg sync.WaitGroup
	for range 8 { // an impatient finger
		wg.Go(func() {
			v := p.values()
			v.Set("do", "send")
			if got := w.post("/r/"+token+"/review", v); got.status != 200 || got.heading() != "ご回答ありがとうございました" {
				t.Errorf("got %d %q", got.status, got.heading())
			}
		})
	}
	wg.Wait()
	p.press("send").wants(200, "ご回答ありがとうございました") // back, and once more
	w.setClock(at().Add(48 * time.Hour))
	p.press("send").wants(200, "ご回答ありがとうございました") // a retry that took two days
	got, n := versions(t, w, inv)
	if n != 1 {
		t.Errorf("%d versions of one submission", n)
	}
	if !got.SubmittedAt.Equal(at()) {
		t.Errorf("submitted at %v", got.SubmittedAt)
	}
	w.get("/r/"+token+"/done").wants(200, "ご回答ありがとうございました")
}

func TestSend_ChangesUntilTheStageClosesAndKeepsTheEarlierVersion(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	p := toReview(w, token)
	p.press("go:6").wants(200, "さいごに").press("next", "a.CALL=1", "n.CALL=電話を").wants(200, "回答の確認").press("send").wants(200, "ご回答ありがとうございました")

	w.get("/r/"+token).wants(200, "3か月のアンケート").says("この調査には回答済みです", "7月22日")
	p = w.get("/r/"+token+"/1").wants(200, "いまの仕事")
	if got := p.values().Get("a.FIT1"); got != "4" {
		t.Errorf("the first answer is not shown: %q", got)
	}
	p.press("next", "a.FIT1=5").wants(200, "毎日のこと")
	p = w.get("/r/"+token+"/review").wants(200, "回答の確認").says("電話を", "とくになし", "変更した内容で送信する")
	p.press("send").wants(200, "ご回答ありがとうございました")
	got, n := versions(t, w, inv)
	if n != 2 || *got.Answers["FIT1"].Value != 5 {
		t.Errorf("version %d: %+v", n, got.Answers["FIT1"])
	}
	if r, _ := w.store.Requests(t.Context()); len(r) != 1 || r[0].Note != "電話を" {
		t.Errorf("changing another answer withdrew the request: %+v", r)
	}

	w.setClock(time.Date(2026, 7, 22, 14, 59, 0, 0, time.UTC)) // 23:59 in Tokyo
	w.get("/r/"+token).wants(200, "3か月のアンケート")
	stale := w.get("/r/" + token + "/1")
	w.setClock(time.Date(2026, 7, 22, 15, 0, 0, 0, time.UTC))
	w.get("/r/"+token).wants(404, "このリンクからは回答できません")
	w.setClock(time.Date(2026, 7, 22, 16, 0, 0, 0, time.UTC)) // an hour later, when a page that was open does not count any more
	stale.press("next", "a.FIT1=1").wants(404, "このリンクからは回答できません")
	if _, m := versions(t, w, inv); m != 2 {
		t.Errorf("%d versions after the close", m)
	}
}

func TestSend_AStalePageIsANewVersionAndAnOldSendingIsNot(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	old := w.get("/r/"+token+"/1").press("next", "a.FIT1=1", "a.FIT2=4") // the follow-up asks more
	review := toReview(w, token)
	review.press("send").wants(200, "ご回答ありがとうございました")
	old.press("next", "a.WHY=pace").wants(200, "毎日のこと") // a page left open in another tab, from before the sending
	p := w.get("/r/"+token+"/review").wants(200, "毎日のこと")
	p = p.press("next", "a.NPS=2").press("next", "a.MET=0").press("next", "d.OPEN=1").press("next").wants(200, "回答の確認").says("仕事の進め方や速さ")
	p.press("send").wants(200, "ご回答ありがとうございました")
	review.press("send").wants(200, "ご回答ありがとうございました") // the first page again, late: it was sent before
	got, n := versions(t, w, inv)
	if n != 2 || *got.Answers["NPS"].Value != 2 {
		t.Fatalf("%d versions, the last with %+v", n, got.Answers["NPS"])
	}
}

func TestDraft_AnAutosaveThatComesLateLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	open := w.get("/r/" + token + "/1")
	review := toReview(w, token)
	last := w.get("/r/" + token + "/6")
	review.press("send").wants(200, "ご回答ありがとうございました")
	for _, late := range []*page{open, last, review} {
		if p := late.press("save", "a.FIT1=1"); p.status != 204 {
			t.Errorf("an autosave got %d", p.status)
		}
	}
	if raw, ok, _ := w.store.Draft(t.Context(), inv.Key); ok {
		t.Errorf("a draft after the sending: %s", raw)
	}
	// One that was written at the very moment of the sending is not mistaken for a change.
	must(t, w.store.SaveDraft(t.Context(), w.now(), inv.Key, []byte(`{"id":"00112233445566778899aabbccddeeff","answers":{"FIT1":{"v":1}}}`)))
	if got := w.get("/r/" + token + "/1").values().Get("a.FIT1"); got != "4" {
		t.Errorf("the first answer is %q, sent was 4", got)
	}
	w.get("/r/"+token+"/1").press("save", "a.FIT1=5")
	if got := w.get("/r/" + token + "/1").values().Get("a.FIT1"); got != "5" {
		t.Errorf("a change of what was sent is not kept: %q", got)
	}
}

func TestSend_ChangedBranchTakesBackWhatItsOldAnswerAskedFor(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	p := w.get("/r/"+token+"/1").press("next", "a.FIT1=1", "a.FIT2=1").press("next", "a.WHY=people").wants(200, "毎日のこと")
	p = p.press("next", "a.NPS=3").press("next", "a.MET=0").wants(200, "最初の一週間").press("next").press("next", "d.OPEN=1").press("next").wants(200, "回答の確認").says("人間関係")
	w.get("/r/"+token+"/1?review").press("next", "a.FIT1=5", "a.FIT2=5").wants(200, "回答の確認").saysNot("人間関係").press("send").wants(200, "ご回答ありがとうございました")
	got, _ := versions(t, w, inv)
	if diff := cmp.Diff(m(koe.NotAsked), got.Answers["WHY"]); diff != "" {
		t.Error(diff)
	}
	if got.Answers["OPEN"].Missing != koe.DeclinedTo {
		t.Errorf("OPEN: %+v", got.Answers["OPEN"])
	}
}

func TestReview_ChangingAnAnswerComesBackAndShowsNewQuestions(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	toReview(w, token)
	p := w.get("/r/"+token+"/1?review").wants(200, "いまの仕事").says("確認画面へ")
	p = p.press("next", "a.FIT2=1").wants(200, "最初の一週間")
	p.press("next").wants(200, "回答の確認")
}

func TestPlace_NothingIsSkippedByTypingAnAddress(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	for _, place := range []string{"2", "5", "review", "done"} {
		p := w.get("/r/" + token + "/" + place)
		if h := p.heading(); h != "いまの仕事" && h != "3か月のアンケート" {
			t.Errorf("%s shows %q", place, h)
		}
	}
	w.get("/r/"+token+"/99").wants(404, "このリンクからは回答できません")
}

func TestDraft_IsResumedOnAnotherDeviceAndGoesWithTheLanguage(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	p := w.get("/r/"+token+"/1").press("next", "a.FIT1=4", "a.FIT2=4")
	// The language button keeps what was typed on the page.
	p = p.press("lang=en", "a.NPS=6").wants(200, "Day by day")
	if got := p.values().Get("a.NPS"); got != "6" {
		t.Errorf("the language switch lost an answer: %q", got)
	}
	p = w.get("/r/"+token).wants(200, "Three months in").says("Your answers so far have been saved", "fewer than 5 people")
	next := p.find(isLink("Continue where you left off"))
	if next == nil || !strings.HasSuffix(attr(next, "href"), "/2") {
		t.Fatalf("no way on from %s", p.text())
	}
}

func TestAnonymous_KeepsNoDraftAndCannotBeChanged(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "quiet")
	w.get("/r/"+token).wants(200, "無記名のアンケート").says("送信すると、どの回答があなたのものか誰にも分からなくなる")
	p := w.get("/r/"+token+"/1").press("next", "a.FIT1=2").wants(200, "あなたの言葉で")
	p = p.press("next", "a.OPEN=ひみつ").wants(200, "回答の確認").says("送信後の変更や取消しはできません")
	p = p.press("go:1").wants(200, "いまの仕事").press("next", "a.FIT1=3").wants(200, "回答の確認").says("どちらともいえない", "ひみつ")
	if _, ok, _ := w.store.Draft(t.Context(), inv.Key); ok {
		t.Error("an anonymous draft is tied to its invitation")
	}
	review := p
	p = review.press("send", "publish=1").wants(200, "ご回答ありがとうございました")
	if strings.Contains(p.url.String(), token) {
		t.Errorf("the thanks are at %s", p.url)
	}
	review.press("send", "publish=1").wants(200, "ご回答ありがとうございました") // the reload of a lost connection
	review.press("send", "publish=").wants(404, "このリンクからは回答できません") // something else than was sent
	w.get("/r/"+token).wants(404, "このリンクからは回答できません")
	_, err := w.store.Settle(t.Context(), w.now(), 1)
	must(t, err)
	all, err := w.store.Submissions(t.Context(), submissionsOf("quiet"))
	must(t, err)
	if len(all) != 1 || all[0].Person != "" || all[0].Invitation != "" || all[0].ID != "" || *all[0].Answers["FIT1"].Value != 3 {
		t.Errorf("stored: %+v", all)
	}
}

func TestSelfCheck_LeadsToItsOutcomeAndKeepsNothing(t *testing.T) {
	w := newWorld(t)
	before := filesOf(t, w)
	p := w.get("/s/kinds/check").wants(200, "再就職等規制の自己確認").says("何も保存しません")
	p = w.get("/s/kinds/check/1").press("next", "a.JOB=1")
	p = p.says("離職前5年間").press("next").says("ご確認ください").press("next", "a.BOSS=1")
	p.wants(200, "確認の結果").says("規制の対象になる可能性があります", "離職する前に", "この結果は目安です")
	p.press("back").says("離職前5年間").press("next", "a.BOSS=0").wants(200, "確認の結果").says("規制の対象にはならない見込みです")
	w.get("/s/kinds/check/1").press("next", "a.JOB=0").wants(200, "確認の結果").says("対象にはならない").saysNot("離職前5年間")
	w.get("/s/kinds/check/1").press("next", "a.JOB=1").press("send").saysNot("ありがとう")
	if diff := cmp.Diff(before, filesOf(t, w)); diff != "" {
		t.Errorf("a self-check changed the store:\n%s", diff)
	}
	if strings.Contains(w.log.String(), "BOSS") {
		t.Error("the log knows about answers")
	}
	w.get("/s/kinds/all").wants(404, "このリンクからは回答できません")
	w.get("/s/nothing/check").wants(404, "このリンクからは回答できません")
	_, token := w.invite("1001", "check")
	w.get("/r/"+token+"/1").press("next", "a.JOB=0").wants(200, "確認の結果")
}

func TestIdentified_SaysSoAndNamesWhomItIsAbout(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "named")
	w.get("/r/"+token).wants(200, "職員紹介の原稿").says("この調査は記名式です", "あなたのお名前とともに").saysNot("無記名ではありません")
	boss, _ := w.invite("1002", "m3")
	_, token = w.invite("1003", "m3", func(i *koe.Invitation) { i.Subject = boss.Person })
	w.get("/r/"+token).says("どなたについて", "山田 1002")
	w.get("/r/" + token + "/1").says("どなたについて: 山田 1002")
}

func TestUnsubscribe_AsksFirstAndTakesOneClickOfMailPrograms(t *testing.T) {
	w := newWorld(t)
	inv, token := w.invite("1001", "m3")
	w.get("/unsubscribe/"+token).wants(200, "調査のご案内を停止しますか").says("中途採用者の声")
	if p, _ := w.store.PersonByKey(t.Context(), inv.Person, store.Pseudonymous); len(p.Declined) != 0 {
		t.Error("looking at the page declined")
	}
	for range 2 { // RFC 8058: no origin, a fixed body; twice is as good as once
		req, _ := http.NewRequest(http.MethodPost, w.server.URL+"/unsubscribe/"+token, strings.NewReader("List-Unsubscribe=One-Click"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "https://mail.example.com")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		w.do(req).wants(200, "案内を停止しました")
	}
	p, err := w.store.PersonByKey(t.Context(), inv.Person, store.Pseudonymous)
	must(t, err)
	if diff := cmp.Diff([]string{"kinds"}, p.Declined); diff != "" {
		t.Error(diff)
	}
	got, err := w.store.InvitationByToken(t.Context(), token)
	must(t, err)
	if got.Status != koe.Declined {
		t.Errorf("status %s", got.Status)
	}
	w.get("/r/"+token).wants(200, "3か月のアンケート") // whoever changes their mind may answer
	w.get("/unsubscribe/nobody").wants(404, "このリンクからは回答できません")
}

func TestText_TooLongIsKeptAndExplained(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	w.get("/r/"+token+"/1").press("next", "a.FIT1=4", "a.FIT2=4").press("next", "a.NPS=5").press("next", "a.MET=1")
	long := strings.Repeat("長", 1200)
	p := w.get("/r/"+token+"/5").press("next", "a.OPEN="+long).wants(422, "あなたの言葉で").says("1000字以内に縮めてください（いま1200字）")
	if got := p.values().Get("a.OPEN"); got != long {
		t.Errorf("%d characters came back", len([]rune(got)))
	}
	if got := w.get("/r/" + token + "/5").values().Get("a.OPEN"); got != long {
		t.Error("the draft lost the long text")
	}
	w.get("/r/"+token+"/review").wants(200, "あなたの言葉で") // cannot be sent around the check
	p.press("next", "a.OPEN="+long[:3000]).wants(200, "さいごに")
}

func TestAnswers_WrongInputIsExplainedBesideItsFieldAndStays(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite("1001", "m3")
	w.get("/r/"+token+"/1").press("next", "a.FIT1=4", "a.FIT2=4")
	p := w.get("/r/"+token+"/2").press("next", "a.NPS=11", "a.YEARS=たくさん").wants(422, "毎日のこと").says("0～10の数値を入力してください", "数字で入力してください")
	if got := p.values().Get("a.YEARS"); got != "たくさん" {
		t.Errorf("what was typed is gone: %q", got)
	}
	p.press("next", "a.NPS=1", "a.YEARS=61").wants(422, "毎日のこと").says("0～60の数値を入力してください")
	p.press("next", "a.NPS=1", "a.YEARS=").wants(200, "人とのつながり")
	w.get("/r/"+token+"/3").press("next", "a.MET=1", "a.PEERS=many").wants(422, "人とのつながり")
	w.get("/r/"+token+"/3").press("next", "a.MET=1", "a.FIRST=2026-02-30").wants(422, "人とのつながり").says("日付として読み取れません")
	w.get("/r/"+token+"/3").press("next", "a.MET=1", "a.FIRST=２０２６年６月３日").wants(200, "あなたの言葉で")
}

func filesOf(t *testing.T, w *world) map[string]int {
	t.Helper()
	changes, err := w.store.Changes(t.Context(), "", 1000)
	must(t, err)
	return map[string]int{"people": len(changes.People), "submissions": len(changes.Submissions), "invitations": len(changes.Invitations)}
}

func submissionsOf(survey string) store.SubmissionFilter {
	return store.SubmissionFilter{Survey: survey}
}
