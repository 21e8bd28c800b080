package store

import (
	"context"
	"database/sql"
	"time"

	"koe"
)

// SeeHypotheses notes when each hypothesis, by its SHA-256, was seen first, and gives that time by hypothesis id. A
// hypothesis whose wording changed is seen for the first time again; one that goes back to an earlier wording has the earlier time.
func (s *Store) SeeHypotheses(ctx context.Context, now time.Time, journeyID string, hypotheses []koe.Hypothesis) (map[string]time.Time, error) {
	seen, err := s.hypothesesSeen(ctx, journeyID)
	if err != nil {
		return nil, err
	}
	var fresh []koe.Hypothesis
	for _, h := range hypotheses {
		if _, ok := seen[[2]string{h.ID, h.SHA256}]; !ok {
			fresh = append(fresh, h)
		}
	}
	if len(fresh) > 0 {
		err := s.main.update(ctx, func(tx *tx) error {
			for _, h := range fresh {
				if _, err := tx.exec("see_hypothesis", journeyID, h.ID, h.SHA256, stamp(now)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if seen, err = s.hypothesesSeen(ctx, journeyID); err != nil {
			return nil, err
		}
	}
	first := make(map[string]time.Time, len(hypotheses))
	for _, h := range hypotheses {
		first[h.ID] = seen[[2]string{h.ID, h.SHA256}]
	}
	return first, nil
}

func (s *Store) hypothesesSeen(ctx context.Context, journey string) (map[[2]string]time.Time, error) {
	all := map[[2]string]time.Time{}
	rows, err := s.main.query(ctx, "hypotheses", "", journey)
	_, err = collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var id, hash, first string
		var at time.Time
		if err := rows.Scan(&id, &hash, &first); err != nil {
			return struct{}{}, err
		}
		err := read(field{first, &at})
		all[[2]string{id, hash}] = at
		return struct{}{}, err
	})
	return all, err
}

// Seal is what a version of a survey was promised as when its first invitation was sent.
type Seal struct {
	Journey  string
	Survey   string
	Version  int
	Mode     koe.Mode
	SHA256   string
	SealedAt time.Time
}

// SealSurvey seals the mode and the wording of a version of a survey, once. Conflict when it was sealed as something else.
func (s *Store) SealSurvey(ctx context.Context, now time.Time, journey, survey string, version int, mode koe.Mode, hash string) error {
	sealedAs := func(get func(name string, args []any, dest ...any) (bool, error)) (bool, error) {
		var wasMode, wasHash, at string
		found, err := get("survey_seal", []any{journey, survey, version}, &wasMode, &wasHash, &at)
		if err != nil || !found {
			return found, err
		}
		if wasMode != string(mode) {
			return true, koe.Errorf(koe.Conflict,
				"survey %s of journey %s, version %d, was promised as %s when its first invitation was sent and cannot become %s; give the survey a new version in the journey file",
				survey, journey, version, wasMode, mode)
		}
		if wasHash != hash {
			return true, koe.Errorf(koe.Conflict,
				"survey %s of journey %s was changed after version %d was sent; give it a new version in the journey file", survey, journey, version)
		}
		return true, nil
	}
	found, err := sealedAs(func(name string, args []any, dest ...any) (bool, error) { return s.main.get(ctx, name, args, dest...) })
	if found || err != nil {
		return err
	}
	return s.main.update(ctx, func(tx *tx) error {
		if _, err := tx.exec("seal_survey", journey, survey, version, string(mode), hash, stamp(now)); err != nil {
			return err
		}
		_, err := sealedAs(tx.get)
		return err
	})
}

// Seals gives all sealed surveys.
func (s *Store) Seals(ctx context.Context) ([]Seal, error) {
	rows, err := s.main.query(ctx, "survey_seals", "")
	return collect(rows, err, func(rows *sql.Rows) (seal Seal, err error) {
		var at string
		if err := rows.Scan(&seal.Journey, &seal.Survey, &seal.Version, (*string)(&seal.Mode), &seal.SHA256, &at); err != nil {
			return seal, err
		}
		return seal, read(field{at, &seal.SealedAt})
	})
}
