package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

// held is everything that koe holds about a person.
type held struct {
	Person      koe.Person                 `json:"person"`
	Events      []koe.Event                `json:"events"`
	Invitations []koe.Invitation           `json:"invitations"`
	Mails       []koe.Mail                 `json:"mails"`
	Responses   []heldResponse             `json:"responses"`
	Drafts      map[string]json.RawMessage `json:"drafts"` // by invitation
	Requests    []koe.Request              `json:"requests"`
	Reviews     []store.Review             `json:"reviews"`  // what people decided about their comments
	Releases    []string                   `json:"releases"` // that their answers are behind
}

// heldResponse is a response with the versions that it replaced.
type heldResponse struct {
	koe.Submission
	Earlier []koe.Submission `json:"earlier,omitempty"`
}

func (a *app) personCommand() *cobra.Command {
	group := &cobra.Command{Use: "person", Short: "一人について / one person"}
	var out string
	c := &cobra.Command{
		Use:   "export PERSON_ID",
		Short: "本人に渡す、保有しているすべて(JSON と HTML) / everything held about a person, for that person",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				h, err := gather(c.Context(), s, args[0])
				if err != nil {
					return err
				}
				if err := os.MkdirAll(out, 0o700); err != nil {
					return err
				}
				base := filepath.Join(out, "koe-"+safeName(args[0]))
				if err := whole.File(base+".json", 0o600, func(to io.Writer) error {
					encoder := json.NewEncoder(to)
					encoder.SetIndent("", "  ")
					encoder.SetEscapeHTML(false)
					return encoder.Encode(h)
				}); err != nil {
					return err
				}
				if err := whole.File(base+".html", 0o600, func(to io.Writer) error { return a.writeHeld(to, w, now, h) }); err != nil {
					return err
				}
				if err := a.audit(c.Context(), s, now, "person export", 1, ""); err != nil {
					return err
				}
				return a.print([]string{base + ".json", base + ".html"}, func(to io.Writer) {
					fmt.Fprintln(to, base+".json")
					fmt.Fprintln(to, base+".html")
				})
			})
		},
	}
	c.Flags().StringVar(&out, "out", ".", "出力フォルダー / folder")
	group.AddCommand(c)
	return group
}

// safeName makes a person's number usable in a file name.
func safeName(id string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, id)
}

// gather collects everything held about a person. Anonymous answers cannot be found: nothing links them.
func gather(ctx context.Context, s *store.Store, id string) (h held, err error) {
	all, err := s.Holdings(ctx, id)
	if err != nil {
		return h, err
	}
	h = held{Person: all.Person, Events: all.Events, Invitations: all.Invitations, Mails: all.Mails, Requests: all.Requests, Drafts: map[string]json.RawMessage{}}
	theirs := map[string]bool{}
	for _, r := range all.Submissions {
		theirs[r.Response] = true
		h.Responses = append(h.Responses, heldResponse{r, all.Earlier[r.Response]})
	}
	for invitation, draft := range all.Drafts {
		if !json.Valid(draft) {
			if draft, err = json.Marshal(string(draft)); err != nil {
				return h, err
			}
		}
		h.Drafts[invitation] = draft
	}
	reviews, err := s.Reviews(ctx)
	if err != nil {
		return h, err
	}
	for _, r := range reviews {
		if theirs[r.Response] {
			h.Reviews = append(h.Reviews, r)
		}
	}
	h.Releases, err = s.ReleasesOf(ctx, h.Person.Key)
	return h, err
}
