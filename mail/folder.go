package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"koe"
)

// Folder is a Sender that writes each message as an .eml file, to be looked at or picked up by another system. The
// file is named after the Message-ID, so a retry overwrites itself, and it appears whole or not at all.
type Folder struct{ dir string }

// NewFolder makes a sender that writes into dir, which it creates when needed, readable by its owner only.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, koe.Errorf(koe.Internal, "mail outbox: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Send writes the message. A full disk is a temporary fault.
func (f *Folder) Send(ctx context.Context, m Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	body, err := Bytes(m)
	if err != nil {
		return err
	}
	if err := f.write(FileName(m.MessageID), body); err != nil {
		return &Fault{Temporary: true, Unreachable: true, Err: koe.Errorf(koe.Internal, "mail outbox: %w", err)}
	}
	return nil
}

func (f *Folder) write(name string, body []byte) (err error) {
	tmp, err := os.CreateTemp(f.dir, ".eml-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // the error that is told is the first
		}
	}()
	if _, err = tmp.Write(body); err == nil {
		err = tmp.Sync()
	}
	if closing := tmp.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(f.dir, name))
}

// Close does nothing.
func (f *Folder) Close() error { return nil }

// FileName is the name of a message's .eml file: its Message-ID as far as file systems bear it, never with a path in it.
func FileName(messageID string) string {
	id := strings.Trim(messageID, "<>")
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r == '@', r == '+':
			return r
		}
		return '_'
	}, id)
	if safe != id || len(safe) > 120 || strings.HasPrefix(safe, ".") {
		sum := sha256.Sum256([]byte(id))
		safe = strings.TrimLeft(safe[:min(len(safe), 80)], ".") + "-" + hex.EncodeToString(sum[:8])
	}
	return safe + ".eml"
}
