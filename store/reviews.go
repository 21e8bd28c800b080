package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// Review is what people decided about one comment, by the key of its response and its question.
type Review struct {
	Response   string
	Question   string
	Check      string   // of the masked text that they read: a decision about another wording does not count
	Themes     []string // theme:valence; empty and not nil when it speaks of nothing; nil when nobody coded it
	Cleared    Clearance
	ReviewedAt time.Time
}

// Clearance says whether a comment may be quoted word for word.
type Clearance string

// The clearances.
const (
	Undecided  Clearance = ""
	Cleared    Clearance = "yes"
	NotCleared Clearance = "no"
)

// SaveReviews keeps decisions about comments. Nil Themes and an undecided Cleared leave an earlier decision about the same
// wording as it is. It gives how many comments were found; those of responses that are gone are not.
func (s *Store) SaveReviews(ctx context.Context, now time.Time, reviews []Review) (saved int, err error) {
	for _, r := range reviews {
		if r.Response == "" || r.Question == "" || r.Check == "" {
			return 0, koe.Errorf(koe.Invalid, "a decision about a comment needs its response, its question and the check of its text")
		}
		if r.Cleared != Undecided && r.Cleared != Cleared && r.Cleared != NotCleared {
			return 0, koe.Errorf(koe.Invalid, "%q is no clearance: yes, no or nothing is expected", r.Cleared)
		}
	}
	err = s.main.update(ctx, func(tx *tx) error {
		saved = 0
		for _, r := range reviews {
			themes := ""
			if r.Themes != nil {
				var err error
				if themes, err = toJSON(r.Themes); err != nil {
					return err
				}
			}
			n, err := tx.exec("save_review", r.Response, r.Question, r.Check, themes, string(r.Cleared), stamp(now))
			if err != nil {
				return err
			}
			saved += int(n)
		}
		return nil
	})
	return saved, err
}

// Reviews gives all decisions about comments, by response and question.
func (s *Store) Reviews(ctx context.Context) ([]Review, error) {
	rows, err := s.main.query(ctx, "reviews", "")
	return collect(rows, err, func(rows *sql.Rows) (r Review, err error) {
		var themes, at string
		if err := rows.Scan(&r.Response, &r.Question, &r.Check, &themes, (*string)(&r.Cleared), &at); err != nil {
			return r, err
		}
		if themes != "" {
			if err := fromJSON(themes, &r.Themes); err != nil {
				return r, err
			}
		}
		return r, read(field{at, &r.ReviewedAt})
	})
}
