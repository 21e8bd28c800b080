package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"koe"
	"koe/store"
)

// TestConformance holds every promise of the store on both databases.
func TestConformance(t *testing.T) {
	for name, opener := range map[string]func(testing.TB) func(testing.TB) world{
		"sqlite":   func(testing.TB) func(testing.TB) world { return openSQLite },
		"postgres": openPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			open := opener(t)
			for _, promise := range []struct {
				name string
				test func(*testing.T, world)
			}{
				{"PeopleComeBackAsSaved", peopleComeBackAsSaved},
				{"ImportingTheSameRosterChangesNothing", importingTheSameRosterChangesNothing},
				{"NewAddressForgetsABounce", newAddressForgetsABounce},
				{"SpellsKnowSinceWhen", spellsKnowSinceWhen},
				{"SameEventTwiceIsOne", sameEventTwiceIsOne},
				{"OneInvitationAPersonAndStage", oneInvitationAPersonAndStage},
				{"TokenOpensItsInvitation", tokenOpensItsInvitation},
				{"InvitationsAreFiltered", invitationsAreFiltered},
				{"MailGoesItsWay", mailGoesItsWay},
				{"LateMailLeaseIsTakenOver", lateMailLeaseIsTakenOver},
				{"SubmissionComesBackWhole", submissionComesBackWhole},
				{"SameSubmissionTwiceIsOne", sameSubmissionTwiceIsOne},
				{"LaterSubmissionReplaces", laterSubmissionReplaces},
				{"ImportedAnswersNeedNoInvitation", importedAnswersNeedNoInvitation},
				{"AnonymousAnswersCannotBeTiedToAnybody", anonymousAnswersCannotBeTiedToAnybody},
				{"RequestsGoToTheVault", requestsGoToTheVault},
				{"DraftGoesWhenAnswersCome", draftGoesWhenAnswersCome},
				{"FeedTellsEachChange", feedTellsEachChange},
				{"LeaseIsHeldByOne", leaseIsHeldByOne},
				{"RunsAreRemembered", runsAreRemembered},
				{"HypothesisKeepsItsFirstTime", hypothesisKeepsItsFirstTime},
				{"SealedSurveyStays", sealedSurveyStays},
				{"LogShowsTampering", logShowsTampering},
				{"StatusCounts", statusCounts},
				{"AnswersStayReadableWithoutTheKey", answersStayReadableWithoutTheKey},
				{"ManyOpenAtOnce", manyOpenAtOnce},
				{"HoldingsAreWhatForgettingErases", holdingsAreWhatForgettingErases},
				{"ForgottenPersonLeavesNothing", forgottenPersonLeavesNothing},
				{"RetentionErasesWhatIsPastItsTime", retentionErasesWhatIsPastItsTime},
				{"ExportsAreRememberedAndGrowStale", exportsAreRememberedAndGrowStale},
				{"ReviewsAreAboutOneWording", reviewsAreAboutOneWording},
				{"ReviewsGoWithTheirComments", reviewsGoWithTheirComments},
				{"ReleaseIsRemembered", releaseIsRemembered},
				{"SameFiguresAreOneRelease", sameFiguresAreOneRelease},
				{"ExportedReleasesStayInTheBasis", exportedReleasesStayInTheBasis},
				{"ForgottenInvitationIsANumberInTheLedger", forgottenInvitationIsANumberInTheLedger},
				{"ExpiredReleasesLeaveWhatLaterOnesShow", expiredReleasesLeaveWhatLaterOnesShow},
				{"ReleaseKnowsTheOneBefore", releaseKnowsTheOneBefore},
				{"LedgerKeepsWhoWasBehindWhat", ledgerKeepsWhoWasBehindWhat},
				{"WithdrawnInTimeLeavesNothing", withdrawnInTimeLeavesNothing},
				{"WithdrawnTooLateStays", withdrawnTooLateStays},
				{"ForgottenPersonIsANumberInTheLedger", forgottenPersonIsANumberInTheLedger},
				{"RetentionLeavesNumbersInTheLedger", retentionLeavesNumbersInTheLedger},
				{"RotatedKeyOpensEverything", rotatedKeyOpensEverything},
			} {
				t.Run(promise.name, func(t *testing.T) { promise.test(t, open(t)) })
			}
		})
	}
}

func peopleComeBackAsSaved(t *testing.T, w world) {
	people := saved(t, w.Store)
	got := must(w.People(t.Context(), store.WithVault))(t)
	want := slices.Clone(people)
	slices.SortFunc(want, func(a, b koe.Person) int { return strings.Compare(a.ID, b.ID) })
	for i := range want {
		want[i].AddedAt = at
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, p := range must(w.People(t.Context(), store.Pseudonymous))(t) {
		if p.ID+p.Name+p.Email+p.PersonalEmail != "" || p.Key == "" {
			t.Errorf("without the vault a person is %+v", p)
		}
	}
	one := must(w.PersonByID(t.Context(), "1002"))(t)
	if d := cmp.Diff(want[2], one); d != "" {
		t.Error(d)
	}
	_, err := w.PersonByID(t.Context(), "9999")
	wantKind(t, err, koe.NotFound)
	_, err = w.PersonByKey(t.Context(), "NOBODY", store.Pseudonymous)
	wantKind(t, err, koe.NotFound)
	roll := must(w.Names(t.Context()))(t)
	if d := cmp.Diff(store.Roll{
		Names:     []string{"John", "John Smith", "Smith", "一郎", "佐藤", "佐藤 花子", "花子", "鈴木", "鈴木 一郎"},
		IDs:       []string{"0900", "1001", "1002"},
		Addresses: []string{"hanako@example.com", "hanako@example.go.jp", "ichiro@example.go.jp", "john@example.go.jp"},
		Units:     []string{"人事課", "港湾局", "総務局", "計画課"},
		Segments:  map[string]map[string]int{"bureau": {"港湾局": 1, "総務局": 2}, "division": {"人事課": 1, "計画課": 1}},
	}, roll); d != "" {
		t.Error(d)
	}
}

func importingTheSameRosterChangesNothing(t *testing.T, w world) {
	first := saved(t, w.Store)
	before := must(w.Changes(t.Context(), "", 100))(t)
	second := saved(t, w.Store)
	if d := cmp.Diff(first, second); d != "" {
		t.Errorf("keys changed: %s", d)
	}
	after := must(w.Changes(t.Context(), before.Next, 100))(t)
	if len(after.People) != 0 {
		t.Errorf("the feed tells of %d people who did not change", len(after.People))
	}
	second[0].Segments = map[string]string{"bureau": "港湾局"}
	ok(t, w.SavePeople(t.Context(), at, second))
	after = must(w.Changes(t.Context(), after.Next, 100))(t)
	if len(after.People) != 1 || after.People[0].Segments["bureau"] != "港湾局" {
		t.Errorf("the feed tells of %+v after a transfer of one", after.People)
	}
}

func newAddressForgetsABounce(t *testing.T, w world) {
	p := saved(t, w.Store)[0]
	ok(t, w.SetBounced(t.Context(), p.Key, true))
	ok(t, w.DeclineJourney(t.Context(), p.Key, "chuto"))
	ok(t, w.DeclineJourney(t.Context(), p.Key, "alumni"))
	ok(t, w.DeclineJourney(t.Context(), p.Key, "chuto"))
	saved(t, w.Store)
	p = must(w.PersonByKey(t.Context(), p.Key, store.WithVault))(t)
	if !p.Bounced || !slices.Equal(p.Declined, []string{"alumni", "chuto"}) {
		t.Errorf("importing the roster again made it %+v", p)
	}
	p.Email = "new@example.go.jp"
	ok(t, w.SavePeople(t.Context(), at, []koe.Person{p}))
	p = must(w.PersonByKey(t.Context(), p.Key, store.WithVault))(t)
	if p.Bounced || len(p.Declined) != 2 || p.Email != "new@example.go.jp" {
		t.Errorf("after a new address: %+v", p)
	}
	wantKind(t, w.DeclineJourney(t.Context(), "NOBODY", "chuto"), koe.NotFound)
}

func sameEventTwiceIsOne(t *testing.T, w world) {
	p := saved(t, w.Store)
	events := []koe.Event{
		{Person: p[0].Key, Kind: koe.EventMentorAssigned, On: date(t, "2026-04-10"), Related: p[2].Key, Detail: "先輩"},
		{Person: p[0].Key, Kind: "attended:exchange", On: date(t, "2026-05-20")},
		{Person: p[0].Key, Kind: "attended:exchange", On: date(t, "2026-05-20")},
	}
	if n := must(w.AddEvents(t.Context(), at, events))(t); n != 2 {
		t.Errorf("added %d events, want 2", n)
	}
	if n := must(w.AddEvents(t.Context(), at.Add(time.Hour), events))(t); n != 0 {
		t.Errorf("added %d events again", n)
	}
	got := must(w.Events(t.Context()))(t)
	for i := range events {
		events[i].AddedAt = at
	}
	if d := cmp.Diff(events[:2], got, cmpopts.IgnoreFields(koe.Event{}, "ID")); d != "" {
		t.Error(d)
	}
	_, err := w.AddEvents(t.Context(), at, []koe.Event{{Person: "NOBODY", Kind: "left", On: date(t, "2026-05-20")}})
	wantKind(t, err, koe.NotFound)
}

func oneInvitationAPersonAndStage(t *testing.T, w world) {
	p := saved(t, w.Store)
	all := []koe.Invitation{invitation(t, p[0], "m3", koe.Confidential), invitation(t, p[1], "m3", koe.Confidential)}
	created := must(w.CreateInvitations(t.Context(), at, all[:1]))(t)
	created = append(created, must(w.CreateInvitations(t.Context(), at.Add(time.Hour), all))(t)...)
	again := must(w.CreateInvitations(t.Context(), at.Add(2*time.Hour), all))(t)
	if len(created) != 2 || len(again) != 0 {
		t.Fatalf("created %d and again %d invitations", len(created), len(again))
	}
	rehire := all[1]
	rehire.Spell = 2
	aboutOther := all[1]
	aboutOther.Subject = p[0].Key
	later := all[1]
	later.Occurrence = 2
	created = append(created, must(w.CreateInvitations(t.Context(), at, []koe.Invitation{rehire, aboutOther, later}))(t)...)
	if len(created) != 5 {
		t.Errorf("spell, subject and occurrence make %d invitations, want 5", len(created))
	}
	got := must(w.Invitations(t.Context(), store.InvitationFilter{Journey: "chuto"}))(t)
	byKey := cmpopts.SortSlices(func(a, b koe.Invitation) bool { return a.Key < b.Key })
	if d := cmp.Diff(created, got, byKey); d != "" {
		t.Error(d)
	}
	mails := must(w.Mails(t.Context(), store.MailFilter{Kind: koe.MailInvitation}))(t)
	if len(mails) != 5 {
		t.Errorf("%d invitation mails for 5 invitations", len(mails))
	}
}

func tokenOpensItsInvitation(t *testing.T, w world) {
	inv := invited(t, w.Store, "m3", koe.Confidential, saved(t, w.Store)[0])[0]
	token := must(w.Token(t.Context(), inv.Key))(t)
	if again := must(w.Token(t.Context(), inv.Key))(t); again != token || len(token) != 26 {
		t.Errorf("tokens %q and %q", token, again)
	}
	for _, typed := range []string{token, lower(token)} {
		got := must(w.InvitationByToken(t.Context(), typed))(t)
		if d := cmp.Diff(inv, got); d != "" {
			t.Errorf("with %q: %s", typed, d)
		}
	}
	for _, wrong := range []string{"", "x", token[1:], inv.Key, token + "0"} {
		_, err := w.InvitationByToken(t.Context(), wrong)
		wantKind(t, err, koe.NotFound)
	}
	_, err := w.Token(t.Context(), "NONE")
	wantKind(t, err, koe.NotFound)
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

func invitationsAreFiltered(t *testing.T, w world) {
	p := saved(t, w.Store)
	m3 := invited(t, w.Store, "m3", koe.Confidential, p[0], p[1])
	m6 := invited(t, w.Store, "m6", koe.Confidential, p[0])
	ok(t, w.SetInvitationStatus(t.Context(), at.Add(time.Hour), m3[1].Key, koe.Declined))
	must(w.Submit(t.Context(), at.Add(2*time.Hour), submission("s1", m6[0])))(t)
	ok(t, w.SetInvitationStatus(t.Context(), at.Add(3*time.Hour), m6[0].Key, koe.Bounced))
	many := make([]string, 1200)
	for i := range many {
		many[i] = fmt.Sprint("none", i)
	}
	for name, c := range map[string]struct {
		filter store.InvitationFilter
		want   []string
	}{
		"all":           {store.InvitationFilter{}, []string{m3[0].Key, m3[1].Key, m6[0].Key}},
		"stage":         {store.InvitationFilter{Stage: "m3"}, []string{m3[0].Key, m3[1].Key}},
		"person":        {store.InvitationFilter{Person: p[0].Key}, []string{m3[0].Key, m6[0].Key}},
		"status":        {store.InvitationFilter{Status: []koe.InvitationStatus{koe.Declined, koe.Answered}}, []string{m3[1].Key, m6[0].Key}},
		"open":          {store.InvitationFilter{OpenAt: date(t, "2026-07-22"), Stage: "m3"}, []string{m3[0].Key, m3[1].Key}},
		"not open yet":  {store.InvitationFilter{OpenAt: date(t, "2026-06-30")}, nil},
		"closed":        {store.InvitationFilter{OpenAt: date(t, "2026-07-23")}, nil},
		"updated":       {store.InvitationFilter{UpdatedSince: at.Add(time.Hour)}, []string{m3[1].Key, m6[0].Key}},
		"keys":          {store.InvitationFilter{Keys: append(many, m6[0].Key)}, []string{m6[0].Key}},
		"other journey": {store.InvitationFilter{Journey: "alumni"}, nil},
	} {
		got := must(w.Invitations(t.Context(), c.filter))(t)
		var keys []string
		for _, i := range got {
			keys = append(keys, i.Key)
		}
		slices.Sort(keys)
		slices.Sort(c.want)
		if !slices.Equal(keys, c.want) {
			t.Errorf("%s: got %v, want %v", name, keys, c.want)
		}
	}
	_, err := w.Invitation(t.Context(), "NONE")
	wantKind(t, err, koe.NotFound)
}
