package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"koe"
	"koe/journey"
	"koe/mail"
	"koe/store"
)

// traces are the bytes by which a person is known in files outside the store.
type traces struct {
	person   koe.Person
	messages []string // Message-IDs of their mails, without brackets
	files    map[string]bool
}

// tracesOf gathers what a person is known by, while the store still has it.
func tracesOf(ctx context.Context, s *store.Store, p koe.Person) (t traces, err error) {
	t = traces{person: p, files: map[string]bool{}}
	invitations, err := s.Invitations(ctx, store.InvitationFilter{Person: p.Key})
	if err != nil || len(invitations) == 0 {
		return t, err
	}
	var keys []string
	for _, i := range invitations {
		keys = append(keys, i.Key)
	}
	mails, err := s.Mails(ctx, store.MailFilter{Invitations: keys})
	for _, m := range mails {
		t.messages = append(t.messages, strings.Trim(m.MessageID, "<>"))
		t.files[mail.FileName(m.MessageID)] = true
	}
	return t, err
}

// removeMails deletes the files of a folder that are mails to or about the person: those under their Message-IDs, and any
// other that holds one of these or an address of theirs. A folder that is not there holds none.
func (t *traces) removeMails(folder string) (int, error) {
	return removeFiles(folder, func(path string) (bool, error) {
		if t.files[filepath.Base(path)] {
			return true, nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return false, err
		}
		for _, known := range append([]string{t.person.Email, t.person.PersonalEmail}, t.messages...) {
			if known != "" && bytes.Contains(bytes.ToLower(text), bytes.ToLower([]byte(known))) {
				return true, nil
			}
		}
		return false, nil
	})
}

// manyTraces are the traces of many people, to go through a folder once.
type manyTraces struct {
	files map[string]bool // of mails
	words map[string]bool // addresses and Message-IDs, in small letters
	ids   []string        // as they stand in the names of forms

	address *regexp.Regexp // finds addresses and Message-IDs
}

func gathered(all []traces) manyTraces {
	m := manyTraces{files: map[string]bool{}, words: map[string]bool{}, address: regexp.MustCompile(`[^\s<>"(),:;\[\]]+@[^\s<>"(),:;\[\]]+`)}
	for _, t := range all {
		for name := range t.files {
			m.files[name] = true
		}
		for _, word := range append([]string{t.person.Email, t.person.PersonalEmail}, t.messages...) {
			if word != "" {
				m.words[strings.ToLower(word)] = true
			}
		}
		if id := formID(t.person.ID); id != "" {
			m.ids = append(m.ids, "_"+id+"_")
		}
	}
	return m
}

// isMail reports whether a file is a mail to or about one of them.
func (m *manyTraces) isMail(path string) (bool, error) {
	if m.files[filepath.Base(path)] {
		return true, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	for _, word := range m.address.FindAll(bytes.ToLower(text), -1) {
		if m.words[strings.TrimRight(string(word), ".'")] {
			return true, nil
		}
	}
	return false, nil
}

// isForm reports whether a file is an Excel form of one of them.
func (m *manyTraces) isForm(path string) (bool, error) {
	name, isForm := strings.CutSuffix(filepath.Base(path), ".xlsx")
	return isForm && slices.ContainsFunc(m.ids, func(id string) bool { return strings.Contains(name+"_", id) }), nil
}

// formID is a person_id as it stands in the name of a form.
func formID(id string) string {
	return regexp.MustCompile(`[^\p{L}\p{N}_ー々-]`).ReplaceAllString(id, "")
}

// mailFolders are the folders of .eml files that koe, or the mail server for it, writes.
func mailFolders(w *journey.Workspace) (folders []string) {
	if outbox := w.Settings.Mail.Outbox; outbox != "" {
		folders = append(folders, w.Path(outbox))
	}
	if box := w.Settings.Mail.Bounces; box != "" && !strings.Contains(box, "://") {
		if info, err := os.Stat(w.Path(box)); err == nil && info.IsDir() {
			folders = append(folders, w.Path(box))
		}
	}
	return folders
}

// removeForms deletes the Excel forms that were written for the person: their names have the person_id between underscores.
func (t *traces) removeForms(folder string) (int, error) {
	id := formID(t.person.ID)
	return removeFiles(folder, func(path string) (bool, error) {
		name, isForm := strings.CutSuffix(filepath.Base(path), ".xlsx")
		return isForm && id != "" && strings.Contains(name+"_", "_"+id+"_"), nil
	})
}

// removeFiles deletes the files below a folder that are somebody's.
func removeFiles(folder string, theirs func(path string) (bool, error)) (int, error) {
	return eachFile(folder, theirs, true)
}

// eachFile counts the files below a folder that are somebody's and, with remove, deletes them.
func eachFile(folder string, theirs func(path string) (bool, error), remove bool) (found int, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no such folder, or another process moved the file
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		is, err := theirs(path)
		if err != nil || !is {
			return err
		}
		if found++; !remove {
			return nil
		}
		return os.Remove(path)
	})
	return found, err
}

// mostSearched is the largest file, or member of a workbook, that is searched for what is left.
const mostSearched = 64 << 20

// left lists the files of the working folder that still hold the person's name, number or addresses in clear: the roster
// that HR keeps, a workbook that was put there. Released reports never name anybody. It is koe's last look, not a proof.
func (t *traces) left(w *journey.Workspace) ([]string, error) {
	patterns := [][]byte{[]byte(t.person.Email), []byte(t.person.PersonalEmail), []byte(t.person.Name), []byte(strings.ReplaceAll(t.person.Name, " ", ""))}
	patterns = slices.DeleteFunc(patterns, func(p []byte) bool { return len(p) < 4 })
	var id *regexp.Regexp
	if len(t.person.ID) >= 3 {
		id = regexp.MustCompile(`(^|[^0-9A-Za-z])` + regexp.QuoteMeta(t.person.ID) + `([^0-9A-Za-z]|$)`)
	}
	holds := func(name string, content []byte) bool {
		if slices.ContainsFunc(patterns, func(p []byte) bool { return bytes.Contains(content, p) }) {
			return true
		}
		readable := slices.Contains([]string{".csv", ".tsv", ".txt", ".json", ".xml", ".html", ".eml"}, strings.ToLower(filepath.Ext(name)))
		return id != nil && readable && id.Match(content)
	}
	var found []string
	err := filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return nil
		}
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		if entry.Type().IsRegular() {
			if is, err := fileHolds(path, holds); err != nil || !is {
				return err
			}
			name, err := filepath.Rel(w.Dir, path)
			found = append(found, name)
			return err
		}
		return nil
	})
	return found, err
}

// fileHolds searches a file and, when it is a workbook, its members.
func fileHolds(path string, holds func(name string, content []byte) bool) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > mostSearched {
		return false, nil //nolint:nilerr // it is gone by now, or a database that koe has cleaned itself
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return false, nil //nolint:nilerr // a file that koe may not read is not one that it wrote
	}
	if holds(path, content) {
		return true, nil
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return false, nil //nolint:nilerr // no workbook
	}
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			continue
		}
		inside, err := io.ReadAll(io.LimitReader(r, mostSearched))
		if closing := r.Close(); err == nil && closing == nil && holds(member.Name, inside) {
			return true, nil
		}
	}
	return false, nil
}
