package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/journey"
	"koe/store"
)

// askedReply is a personal reply that somebody asked for, as the contact person reads it. It holds nothing of their other
// answers.
type askedReply struct {
	ID       string    `json:"id"`
	State    string    `json:"state"` // open, done
	AskedAt  time.Time `json:"asked_at"`
	PersonID string    `json:"person_id"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Journey  string    `json:"journey"`
	Stage    string    `json:"stage"`
	Question string    `json:"question"`
	Note     string    `json:"note,omitempty"`
}

func (a *app) requestsCommand() *cobra.Command {
	var everything bool
	c := &cobra.Command{
		Use:   "requests",
		Short: "個別の連絡を希望した人 / the personal replies that were asked for",
		RunE: func(c *cobra.Command, _ []string) error {
			w, s, err := a.open(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			all, err := askedReplies(c.Context(), w, s)
			if err != nil {
				return err
			}
			shown := []askedReply{}
			for _, r := range all {
				if everything || r.State == "open" {
					shown = append(shown, r)
				}
			}
			return a.print(shown, func(out io.Writer) { a.writeReplies(out, w, shown) })
		},
	}
	c.Flags().BoolVar(&everything, "all", false, "対応済みも / those that are done too")
	c.AddCommand(a.markRequests("done", "対応済みにする / marks requests as done"), a.markRequests("open", "未対応に戻す / marks requests as open again"))
	return c
}

// markRequests is the command that sets the state of requests, named by their ids or the beginnings of them.
func (a *app) markRequests(state, short string) *cobra.Command {
	return &cobra.Command{
		Use:   state + " ID…",
		Short: short,
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, ids []string) error {
			w, s, err := a.open(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			all, err := askedReplies(c.Context(), w, s)
			if err != nil {
				return err
			}
			var marked []string
			for _, id := range ids { // all are found before any is marked
				full, err := a.oneRequest(all, id)
				if err != nil {
					return err
				}
				marked = append(marked, full)
			}
			now, err := a.now()
			if err != nil {
				return err
			}
			for _, id := range marked {
				if err := s.SetRequestState(c.Context(), id, state); err != nil {
					return err
				}
			}
			people := map[string]bool{}
			for _, r := range all {
				if slices.Contains(marked, r.ID) {
					people[r.PersonID] = true
				}
			}
			if err := a.audit(c.Context(), s, now, "requests "+state, len(people), fmt.Sprintf("%d requests", len(marked))); err != nil {
				return err
			}
			return a.print(marked, func(out io.Writer) {
				fmt.Fprintf(out, a.say("%d件を変更しました。\n", "%d changed\n"), len(marked))
			})
		},
	}
}

// oneRequest finds the request that an id, or the beginning of one, names.
func (a *app) oneRequest(all []askedReply, id string) (string, error) {
	var found []string
	for _, r := range all {
		if id != "" && strings.HasPrefix(r.ID, strings.ToUpper(id)) {
			found = append(found, r.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", koe.Errorf(koe.NotFound, a.say("番号 %s の希望はありません。koe requests --all で確かめてください", "there is no request %s; see koe requests --all"), id)
	}
	return "", koe.Errorf(koe.Invalid, a.say("番号 %s に当てはまる希望が%d件あります。続きも書いてください", "%s begins the ids of %d requests; write more of it"), id, len(found))
}

func askedReplies(ctx context.Context, w *journey.Workspace, s *store.Store) ([]askedReply, error) {
	requests, err := s.Requests(ctx)
	if err != nil {
		return nil, err
	}
	people, err := s.Identify(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]askedReply, 0, len(requests))
	for _, r := range requests {
		p := people[r.Person]
		all = append(all, askedReply{r.ID, r.State, r.CreatedAt.In(w.Location), p.ID, p.Name, p.Email, r.Journey, r.Stage, r.Question, r.Note})
	}
	return all, nil
}

func (a *app) writeReplies(out io.Writer, w *journey.Workspace, replies []askedReply) {
	if len(replies) == 0 {
		fmt.Fprintln(out, a.say("個別の連絡の希望はありません。", "Nobody is waiting for a personal reply."))
		return
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, r := range replies {
		state := a.say("未対応", "open")
		if r.State == "done" {
			state = a.say("対応済み", "done")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", shortID(r.ID), state, r.AskedAt.Format(time.DateOnly), r.PersonID, r.Name, r.Email,
			stageTitle(w, r.Journey, r.Stage, a.language), oneLine(r.Note))
	}
	_ = table.Flush() // writes to a terminal or a file that the next write would complain about
	fmt.Fprintln(out, a.say("\n連絡を終えたら: koe requests done 番号", "\nWhen you have replied: koe requests done ID"))
}

// shortID is enough of an id to name it by.
func shortID(id string) string { return id[:min(8, len(id))] }

// oneLine keeps what somebody wrote from moving the terminal's cursor.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
	}), " ")
}
