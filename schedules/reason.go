package schedules

import (
	"encoding/json"
	"fmt"
	"strings"

	"koe"
)

// Reason says why somebody is asked on a day, or is not. Code is for scripts, Text for people.
type Reason struct {
	Code  string
	args  []any
	notes []Reason // what moved the day
}

// Text writes the reason as a sentence or two, in Japanese or English.
func (r Reason) Text(lang string) string {
	args := make([]any, len(r.args))
	for i, a := range r.args {
		if named, ok := a.(interface{ in(lang string) string }); ok {
			a = named.in(lang)
		}
		args[i] = a
	}
	text := reasonTexts[r.Code].In(lang, "en")
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	parts := []string{text}
	for _, note := range r.notes {
		parts = append(parts, note.Text(lang))
	}
	if strings.HasPrefix(lang, "ja") {
		return strings.Join(parts, "")
	}
	return strings.Join(parts, " ")
}

// MarshalJSON writes the code and both texts.
func (r Reason) MarshalJSON() ([]byte, error) {
	codes := []string{}
	for _, n := range r.notes {
		codes = append(codes, n.Code)
	}
	return json.Marshal(struct {
		Code  string   `json:"code"`
		Notes []string `json:"notes,omitempty"`
		Ja    string   `json:"ja"`
		En    string   `json:"en"`
	}{r.Code, codes, r.Text("ja"), r.Text("en")})
}

// UnmarshalJSON reads the codes back; the texts are made again from nothing, so they are lost.
func (r *Reason) UnmarshalJSON(b []byte) error {
	var v struct {
		Code  string   `json:"code"`
		Notes []string `json:"notes"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*r = Reason{Code: v.Code}
	return nil
}

// Has reports whether the reason or one of its notes has the code.
func (r Reason) Has(code string) bool {
	if r.Code == code {
		return true
	}
	for _, n := range r.notes {
		if n.Code == code {
			return true
		}
	}
	return false
}

// reasonTexts are all reasons, by code.
var reasonTexts = map[string]koe.Text{
	"due":      {"ja": "%[1]s(%[2]s)を起点に、%[3]sに始まる時期です。", "en": "The stage opens on %[3]s, counted from %[1]s (%[2]s)."},
	"reminder": {"ja": "%[2]sに案内し、まだ回答がありません。%[1]d回目の催促です。", "en": "Asked on %[2]s and not answered yet; reminder %[1]d."},
	"last":     {"ja": "最後の催促で、締切(%[1]s)を伝えます。", "en": "The last one, which names the close (%[1]s)."},

	"sent":    {"ja": "送信済みです。", "en": "Sent."},
	"pending": {"ja": "送信を待っています。", "en": "Waiting to be sent."},
	"sending": {"ja": "送信中です。", "en": "Being sent."},
	"failed":  {"ja": "送信できませんでした。", "en": "Could not be sent."},
	"dropped": {"ja": "不要になったため、送信しませんでした。", "en": "Not sent, since it was not needed any more."},

	"rolled":    {"ja": "%[1]sは休日のため、%[2]sに動かしました。", "en": "%[1]s is not a working day; moved to %[2]s."},
	"seen_late": {"ja": "%[1]sに登録されたため、遅れて案内します。", "en": "It became known on %[1]s, so the asking is late."},
	"gap":       {"ja": "%[1]sの案内から間をあけるため、先に延ばしました。", "en": "Postponed, to keep the gap after the pulse of %[1]s."},
	"last_day":  {"ja": "%[1]sの案内から十分な間をあけられないため、期間の最後の日に案内します。", "en": "The gap after the pulse of %[1]s cannot be kept; asked on the last day of the window."},
	"cap_moved": {"ja": "30日に%[1]d通までの決まりのため、先に延ばしました。", "en": "Postponed: %[1]d mails in 30 days is the limit."},
	"no_mail":   {"ja": "名簿にメールアドレスがありません。", "en": "The roster has no mail address."},

	"cancelled": {"ja": "入社が取りやめになりました。", "en": "The joining was cancelled."},
	"left":      {"ja": "%[1]sに退職しています。", "en": "Left on %[1]s."},
	"back":      {"ja": "%[1]sに復帰しています。", "en": "Came back on %[1]s."},
	"away":      {"ja": "尋ねる相手(%[1]s)が退職しています。", "en": "The %[1]s has left."},
	"nobody":    {"ja": "%[1]sが登録されていません。", "en": "No %[1]s is recorded."},
	"unknown":   {"ja": "%[1]sとして登録された人が名簿にいません。", "en": "The %[1]s is not on the roster."},
	"condition": {"ja": "対象の条件(%[1]s)に当てはまりません。", "en": "The condition (%[1]s) does not hold."},
	"broken":    {"ja": "対象の条件を判定できません(%[1]s)。", "en": "The condition cannot be evaluated (%[1]s)."},
	"late":      {"ja": "%[1]sに登録されましたが、%[2]sに始まった時期には間に合いません(late: %[3]s)。", "en": "Known since %[1]s, too late for the window of %[2]s (late: %[3]s)."},
	"too_late":  {"ja": "%[1]sに登録されましたが、期間は%[2]sに終わっています。", "en": "Known since %[1]s; the window had closed on %[2]s."},
	"missed":    {"ja": "%[1]s～%[2]sのうち案内できた日(前の案内との間隔のため延ばした日を含む)に発送が行われなかったか、その間の名簿では対象ではありませんでした。", "en": "Between %[1]s and %[2]s no dispatch ran on a day when this could go out (it may have been postponed after an earlier one), or the roster said otherwise then."},
	"declined":  {"ja": "本人がこの調査を辞退しています。", "en": "Declined this journey."},
	"bounced":   {"ja": "メールアドレスが使えません。名簿のアドレスを直してください。", "en": "The mail address does not work; correct it on the roster."},
	"overlap":   {"ja": "同じ調査を%[1]sに案内しており、まだ受付中です。", "en": "The same stage, asked on %[1]s, is still open."},
	"asked":     {"ja": "%[1]sに案内済みです(その後、起点の日が変わりました)。", "en": "Asked already, on %[1]s (the anchor moved afterwards)."},
	"withdrawn": {"ja": "%[1]sの案内を取り消しています。", "en": "The invitation of %[1]s was withdrawn."},
	"cap":       {"ja": "30日に%[1]d通までの決まりのため、期間内に案内できません。", "en": "%[1]d mails in 30 days is the limit, and the window leaves no other day."},
	"sealed":    {"ja": "調査票の約束が、最初に送ったものと違います。版(version)を上げてください。", "en": "The survey's promise differs from the one first sent; raise its version."},
	"later":     {"ja": "%[1]sまで延期します。", "en": "Postponed to %[1]s."},
	"unsaid":    {"ja": "期間内に案内できる日がありません。", "en": "The window leaves no day to ask."},
}

var audienceTexts = map[koe.Audience]koe.Text{
	koe.AudienceMentor:  {"ja": "メンター", "en": "mentor"},
	koe.AudienceManager: {"ja": "上司", "en": "manager"},
}

// audienceName is an audience that is written in the language of the reason.
type audienceName koe.Audience

// anchorName is an anchor, likewise; title is that of the measure that its event records, when there is one.
type anchorName struct {
	kind  string
	title koe.Text
}

func (a audienceName) in(lang string) string { return audienceTexts[koe.Audience(a)].In(lang, "en") }

func (a anchorName) in(lang string) string {
	names := map[string]koe.Text{
		koe.EventJoined: {"ja": "入社日", "en": "joining"}, koe.EventLeft: {"ja": "退職日", "en": "leaving"},
		koe.EventTransferred: {"ja": "異動日", "en": "the transfer"}, koe.EventMentorAssigned: {"ja": "メンターの指名日", "en": "the mentor's assignment"},
		koe.EventManagerAssigned: {"ja": "上司の着任日", "en": "the manager's assignment"},
	}
	if t, ok := names[a.kind]; ok {
		return t.In(lang, "en")
	}
	if len(a.title) > 0 {
		return a.title.In(lang, "en")
	}
	return a.kind
}

func reason(code string, args ...any) Reason { return Reason{Code: code, args: args} }

func (r *Reason) note(code string, args ...any) { r.notes = append(r.notes, reason(code, args...)) }

// reasonDue says why a candidate is asked, with what moved its opening.
func reasonDue(c *candidate, title koe.Text) Reason {
	r := reason("due", anchorName{c.stage.Anchor, title}, c.open.AnchorOn, c.open.OpensOn)
	if c.open.DueOn != c.open.OpensOn {
		r.note("rolled", c.open.OpensOn, c.open.DueOn)
	}
	if c.seen.After(c.open.DueOn) {
		r.note("seen_late", c.seen)
	}
	return r
}

func (r *Reason) postponed(previous koe.Date) { r.note("gap", previous) }
func (r *Reason) lastDay(previous koe.Date)   { r.note("last_day", previous) }
func (r *Reason) capped(limit int) {
	if !r.Has("cap_moved") {
		r.note("cap_moved", limit)
	}
}

func reasonReminder(n int, sent, closes koe.Date, last bool) Reason {
	r := reason("reminder", n, sent)
	if last {
		r.note("last", closes)
	}
	return r
}

func reasonCancelled() Reason                           { return reason("cancelled") }
func reasonLeft(on koe.Date) Reason                     { return reason("left", on) }
func reasonBack(on koe.Date) Reason                     { return reason("back", on) }
func reasonAway(a koe.Audience) Reason                  { return reason("away", audienceName(a)) }
func reasonNobody(a koe.Audience) Reason                { return reason("nobody", audienceName(a)) }
func reasonUnknown(a koe.Audience) Reason               { return reason("unknown", audienceName(a)) }
func reasonCondition(when string) Reason                { return reason("condition", when) }
func reasonBroken(err error) Reason                     { return reason("broken", err.Error()) }
func reasonAddedAfter(seen, closed koe.Date) Reason     { return reason("too_late", seen, closed) }
func reasonLate(seen, due koe.Date, rule string) Reason { return reason("late", seen, due, rule) }
func reasonDeclined() Reason                            { return reason("declined") }
func reasonBounced() Reason                             { return reason("bounced") }
func reasonOverlap(on koe.Date) Reason                  { return reason("overlap", on) }
func reasonCap(limit int) Reason                        { return reason("cap", limit) }
