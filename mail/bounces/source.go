package bounces

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"koe"
)

// Source is a mailbox of returned mail.
type Source struct {
	Place    string // a maildir, an mbox file, or imap(s)://user@host[:port]/mailbox
	Password string // of IMAP
	TLS      *tls.Config
}

// Read calls fn with each report that has not been read before, and marks it as read once fn returned nil. An mbox file is not written
// to, so its reports come each time. others is how many messages were no reports.
func (s Source) Read(ctx context.Context, fn func(Report) error) (others int, err error) {
	if s.remote() {
		return s.imap(ctx, fn)
	}
	info, err := os.Stat(s.Place)
	if err != nil {
		return 0, koe.Errorf(koe.Invalid, "mail.bounces: %w", err)
	}
	if info.IsDir() {
		return s.maildir(ctx, fn)
	}
	return s.mbox(ctx, fn)
}

// maildir reads what lies in new and what in cur is not marked as seen.
func (s Source) maildir(ctx context.Context, fn func(Report) error) (others int, err error) {
	if _, err := os.Stat(filepath.Join(s.Place, "cur")); err != nil {
		return 0, koe.Errorf(koe.Invalid, "mail.bounces: %s is a folder but no maildir (it has no cur)", s.Place)
	}
	var names []string
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(s.Place, sub))
		if err != nil && !os.IsNotExist(err) {
			return 0, koe.Errorf(koe.Internal, "mail.bounces: %w", err)
		}
		for _, e := range entries {
			if _, flags, _ := strings.Cut(e.Name(), ":2,"); !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !strings.Contains(flags, "S") {
				names = append(names, filepath.Join(sub, e.Name()))
			}
		}
	}
	sort.Strings(names)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return others, err
		}
		path := filepath.Join(s.Place, name)
		raw, err := readFile(path)
		if os.IsNotExist(err) {
			continue // somebody else moved it
		}
		if err != nil {
			return others, koe.Errorf(koe.Internal, "mail.bounces: %w", err)
		}
		report, ok := Parse(bytes.NewReader(raw))
		if !ok {
			others++
			continue
		}
		if err := fn(report); err != nil {
			return others, err
		}
		base, flags, _ := strings.Cut(filepath.Base(name), ":2,")
		if err := os.Rename(path, filepath.Join(s.Place, "cur", base+":2,"+flags+"S")); err != nil && !os.IsNotExist(err) {
			return others, koe.Errorf(koe.Internal, "mail.bounces: %w", err)
		}
	}
	return others, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxReport))
}

// mbox reads a file of messages that each begin with a "From " line (mboxrd and mboxo).
func (s Source) mbox(ctx context.Context, fn func(Report) error) (others int, err error) {
	f, err := os.Open(s.Place)
	if err != nil {
		return 0, koe.Errorf(koe.Internal, "mail.bounces: %w", err)
	}
	defer f.Close()
	var message bytes.Buffer
	flush := func() error {
		if message.Len() == 0 {
			return nil
		}
		report, ok := Parse(&message)
		message.Reset()
		if !ok {
			others++
			return nil
		}
		return fn(report)
	}
	lines := bufio.NewReader(f)
	blank, begun := true, false
	for {
		line, err := lines.ReadBytes('\n')
		if blank && bytes.HasPrefix(line, []byte("From ")) {
			if err := flush(); err != nil {
				return others, err
			}
			begun, line = true, nil
			if ctx.Err() != nil {
				return others, ctx.Err()
			}
		}
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
		if quoted := bytes.TrimLeft(line, ">"); len(quoted) < len(line) && bytes.HasPrefix(quoted, []byte("From ")) {
			line = line[1:]
		}
		if begun && message.Len()+len(line) <= maxReport {
			message.Write(line)
		}
		if err == io.EOF {
			return others, flush()
		}
		if err != nil {
			return others, koe.Errorf(koe.Internal, "mail.bounces: %w", err)
		}
	}
}

// unreadable is why an IMAP mailbox could not be read.
func unreadable(err error) error {
	return koe.Errorf(koe.Internal, "mail.bounces: the mailbox cannot be read: %w", err)
}

// remote reports whether the mailbox is one of IMAP.
func (s Source) remote() bool {
	return strings.HasPrefix(s.Place, "imap://") || strings.HasPrefix(s.Place, "imaps://")
}

// open connects to the IMAP mailbox, logs in and selects it. The connection ends with ctx; the caller closes it.
func (s Source) open(ctx context.Context, options *imap.SelectOptions) (*imapclient.Client, error) {
	place, err := url.Parse(s.Place)
	if err != nil || place.Hostname() == "" || place.User.Username() == "" {
		return nil, koe.Errorf(koe.Invalid, "mail.bounces: %q is not a mailbox; write imaps://user@host/INBOX", s.Place)
	}
	box := strings.TrimPrefix(place.Path, "/")
	if box == "" {
		box = "INBOX"
	}
	c, err := s.dial(place)
	if err != nil {
		return nil, unreadable(err)
	}
	context.AfterFunc(ctx, func() { _ = c.Close() }) // ends what hangs
	if err = c.Login(place.User.Username(), s.Password).Wait(); err == nil {
		_, err = c.Select(box, options).Wait()
	}
	if err != nil {
		_ = c.Close() // what went wrong before is said
		return nil, unreadable(err)
	}
	return c, nil
}

// imap reads the unseen messages of a mailbox and marks the reports as seen.
func (s Source) imap(ctx context.Context, fn func(Report) error) (others int, err error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	c, err := s.open(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	unseen, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		return 0, unreadable(err)
	}
	whole := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: maxReport}}
	for _, uid := range unseen.AllUIDs() { // one by one: a mailbox of thousands fits into any memory
		if err := ctx.Err(); err != nil {
			return others, err
		}
		set := imap.UIDSetNum(uid)
		messages, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
		if err != nil {
			return others, unreadable(err)
		}
		for _, m := range messages {
			report, ok := Parse(bytes.NewReader(m.FindBodySection(whole)))
			if !ok {
				others++
				continue
			}
			if err := fn(report); err != nil {
				return others, err
			}
			if err := c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close(); err != nil {
				return others, unreadable(err)
			}
		}
	}
	if err := c.Logout().Wait(); err != nil {
		return others, unreadable(err)
	}
	return others, nil
}

// dial connects with TLS from the start (imaps) or by STARTTLS (imap), never without.
func (s Source) dial(place *url.URL) (*imapclient.Client, error) {
	config := s.TLS
	if config == nil {
		config = &tls.Config{ServerName: place.Hostname(), MinVersion: tls.VersionTLS12}
	}
	options := &imapclient.Options{TLSConfig: config, Dialer: &net.Dialer{Timeout: 30 * time.Second}}
	port := place.Port()
	if place.Scheme == "imaps" {
		if port == "" {
			port = "993"
		}
		return imapclient.DialTLS(net.JoinHostPort(place.Hostname(), port), options)
	}
	if port == "" {
		port = "143"
	}
	return imapclient.DialStartTLS(net.JoinHostPort(place.Hostname(), port), options)
}

// Check reports whether the mailbox is there: a file or folder is looked at, an IMAP mailbox is logged in to and opened.
// Nothing is read and nothing marked.
func (s Source) Check(ctx context.Context) error {
	if s.remote() {
		ctx, end := context.WithTimeout(ctx, 30*time.Second)
		defer end()
		c, err := s.open(ctx, &imap.SelectOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer c.Close()
		return c.Logout().Wait()
	}
	if _, err := os.Stat(s.Place); err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return koe.Errorf(koe.Invalid, "mail.bounces: %s: %w", s.Place, err)
	}
	return nil
}
