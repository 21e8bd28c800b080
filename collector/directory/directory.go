// Package directory builds the directory of experts (専門家 虎の巻): pages for the intranet that let colleagues find the
// right person, with an index by section and by profession and a page a person, from profile answers whose authors agreed.
//
// A profile survey is one with mode identified that asks the consent question DIR_OK (or one with the role directory).
// The latest answer of a person counts. Whoever withdraws the consent, leaves or is forgotten is not in the next
// directory; it is made anew as a whole each time, so nothing of them stays behind.
//
// The package is not for other surveys: nothing that was answered in confidence can come here, whatever its questions
// are called.
package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"koe"
	"koe/journey"
	"koe/store"
)

// Config says where profiles come from.
type Config struct {
	Store     *store.Store
	Workspace *journey.Workspace
	Photos    string // folder of photographs named after the person_id (A123.jpg); "" for photos/ in the working folder
}

// Result says what was written.
type Result struct {
	People    int      `json:"people"`   // who has a page
	Withheld  int      `json:"withheld"` // profiles of people who did not agree, took it back or are no longer here
	Photos    int      `json:"photos"`
	Languages []string `json:"languages"` // of the pages, the organisation's first
	Folder    string   `json:"folder"`
}

const (
	consentQuestion    = "DIR_OK"
	professionQuestion = "DIR_JOB"
	consentRole        = "directory"
	professionRole     = "profession"
)

// profile is one person's page before it has a language.
type profile struct {
	slug       string
	id         string // person_id, for the photograph only
	name       string
	segments   map[string]string
	joined     koe.Date
	survey     *koe.Survey
	journey    *journey.Compiled
	answers    map[string]koe.Answer
	profession string
	photo      string // file name; "" for none
}

// Write builds the directory in a folder. The folder appears as a whole or not at all; one that is there is replaced
// when it is a directory of this kind, and refused (Conflict) when it holds anything else.
func Write(ctx context.Context, cfg Config, now time.Time, folder string) (Result, error) {
	profiles, withheld, err := collect(ctx, cfg, now)
	if err != nil {
		return Result{}, fmt.Errorf("read the profiles: %w", err)
	}
	photos := cfg.Photos
	if photos == "" {
		photos = cfg.Workspace.Path("photos")
	}
	languages := languagesOf(cfg.Workspace, profiles)
	r := Result{People: len(profiles), Withheld: withheld, Languages: languages, Folder: folder}
	err = replaceFolder(folder, func(dir string) error {
		for i := range profiles {
			if err := ctx.Err(); err != nil {
				return err
			}
			p := &profiles[i]
			if p.photo, err = copyPhoto(photos, p.id, dir, p.slug); err != nil {
				return fmt.Errorf("photograph of %s: %w", p.id, err)
			}
			if p.photo != "" {
				r.Photos++
			}
		}
		return writePages(dir, cfg.Workspace, profiles, languages)
	})
	return r, err
}

// profileSurveys finds the surveys that ask for a page in the directory, with their consent question.
func profileSurveys(j *journey.Compiled) map[string]string {
	surveys := map[string]string{}
	for i := range j.Surveys {
		s := &j.Surveys[i]
		if s.Mode != koe.Identified || !s.Store {
			continue
		}
		for _, id := range s.Asked() {
			if q, ok := j.Question(id); ok && q.Kind == koe.KindConsent && (q.ID == consentQuestion || q.Role == consentRole) {
				surveys[s.ID] = q.ID
			}
		}
	}
	return surveys
}

// collect reads the latest profile of each person and keeps those who agreed and are here.
func collect(ctx context.Context, cfg Config, now time.Time) (profiles []profile, withheld int, err error) {
	people, err := cfg.Store.People(ctx, store.WithVault)
	if err != nil {
		return nil, 0, err
	}
	byKey := make(map[koe.PersonKey]koe.Person, len(people))
	for _, p := range people {
		byKey[p.Key] = p
	}
	latest := map[koe.PersonKey]profile{}
	sentAt := map[koe.PersonKey]time.Time{}
	agreed := map[koe.PersonKey]bool{}
	for _, j := range cfg.Workspace.Journeys {
		for survey, consent := range profileSurveys(j) {
			all, err := cfg.Store.Submissions(ctx, store.SubmissionFilter{Journey: j.ID, Survey: survey, Mode: koe.Identified})
			if err != nil {
				return nil, 0, err
			}
			for _, sub := range all {
				if at, ok := sentAt[sub.Person]; ok && !sub.SubmittedAt.After(at) {
					continue
				}
				sentAt[sub.Person] = sub.SubmittedAt
				given := sub.Answers[consent].Value
				agreed[sub.Person] = given != nil && *given == 1
				s, _ := j.Survey(survey)
				latest[sub.Person] = profile{journey: j, survey: s, answers: sub.Answers}
			}
		}
	}
	today := koe.DateOf(now.In(cfg.Workspace.Location))
	for key, p := range latest {
		person, known := byKey[key]
		spell, here := currentSpell(person, today)
		if !known || person.Name == "" || !agreed[key] || !here {
			withheld++
			continue
		}
		sum := sha256.Sum256([]byte("directory " + string(key)))
		p.slug = hex.EncodeToString(sum[:8])
		p.id, p.name, p.segments, p.joined = person.ID, person.Name, person.Segments, spell.JoinedOn
		for _, id := range p.survey.Asked() {
			if q, ok := p.journey.Question(id); ok && (q.ID == professionQuestion || q.Role == professionRole) {
				p.profession = strings.TrimSpace(p.answers[id].Text)
				if p.profession == "" && len(p.answers[id].Choices) == 1 {
					p.profession = p.answers[id].Choices[0]
				}
			}
		}
		profiles = append(profiles, p)
	}
	sort.Slice(profiles, func(a, b int) bool {
		if profiles[a].name != profiles[b].name {
			return profiles[a].name < profiles[b].name
		}
		return profiles[a].slug < profiles[b].slug
	})
	return profiles, withheld, nil
}

// currentSpell is the stay that a person is in on a day. Somebody without any, a mentor for example, counts as here.
func currentSpell(p koe.Person, today koe.Date) (koe.Spell, bool) {
	if len(p.Spells) == 0 {
		return koe.Spell{}, true
	}
	for _, s := range slices.Backward(p.Spells) {
		if !s.Cancelled && (s.LeftOn.IsZero() || !s.LeftOn.Before(today)) {
			return s, true
		}
	}
	return koe.Spell{}, false
}

// languagesOf lists the languages of the pages: the organisation's first, then those that the profile surveys are in.
func languagesOf(w *journey.Workspace, profiles []profile) []string {
	languages := []string{w.Settings.Language}
	for _, p := range profiles {
		for _, tag := range p.survey.Title.Languages() {
			if !slices.Contains(languages, tag) {
				languages = append(languages, tag)
			}
		}
	}
	sort.Strings(languages[1:])
	return languages
}

// section is where a person works: the values of the first hierarchy of segments, top first.
func (p *profile) section(w *journey.Workspace) string {
	if len(w.Settings.Segments) == 0 {
		return ""
	}
	var parts []string
	for _, column := range w.Settings.Segments[0] {
		if value := p.segments[column]; value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, " ")
}

// row is one thing that a person says of themselves.
type row struct{ Name, Text string }

// rows lists what a person wrote, in the order of the survey; what they left empty is not there.
func (p *profile) rows(lang string) []row {
	var rows []row
	for _, id := range p.survey.Asked() {
		q, ok := p.journey.Question(id)
		if !ok {
			continue
		}
		a := p.answers[id]
		if a.Missing != koe.MissingNone {
			continue
		}
		text := ""
		switch q.Kind {
		case koe.KindText:
			text = a.Text
		case koe.KindSingle, koe.KindMulti:
			var chosen []string
			for _, o := range q.Options {
				if slices.Contains(a.Choices, o.Value) {
					chosen = append(chosen, o.Text.In(lang))
				}
			}
			text = strings.Join(chosen, "\n")
		case koe.KindDate:
			text = strings.Join(a.Choices, "")
		case koe.KindNumber:
			if a.Value != nil {
				text = fmt.Sprint(*a.Value)
			}
		default: // consent, contact, scales and notes are not for a page
		}
		if text = strings.TrimSpace(text); text != "" {
			rows = append(rows, row{q.Text.In(lang), text})
		}
	}
	return rows
}

// DefaultFolder is where the directory of a working folder is written.
func DefaultFolder(w *journey.Workspace) string { return w.Path("directory") }
