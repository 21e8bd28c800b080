package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"koe"
	"koe/internal/whole"
	"koe/journey"
	"koe/store"
)

func (a *app) keyCommand() *cobra.Command {
	group := &cobra.Command{Use: "key", Short: "金庫の鍵 / the vault key"}
	var out, keep string
	rotate := &cobra.Command{
		Use:   "rotate",
		Short: "鍵を新しくして、金庫を封じ直す / seal the vault with a new key; the old one opens nothing any more",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.pass(c.Context(), func(w *journey.Workspace, s *store.Store, now time.Time) error {
				r, err := a.rotateKey(c.Context(), w, s, now, out, keep)
				if err != nil {
					return err
				}
				return a.print(r, func(to io.Writer) { a.writeRotation(to, w, r) })
			})
		},
	}
	rotate.Flags().StringVar(&out, "out", "", "鍵が環境変数のとき、新しい鍵を書くファイル / where the key comes from the environment: the file that the new one is written to")
	rotate.Flags().StringVar(&keep, "keep-old", "", "古い鍵も、このファイルに残す(古い控えのため) / also keep the old key file here, for older backups")
	group.AddCommand(rotate)
	return group
}

// rotation is what a change of the key did.
type rotation struct {
	Old       string `json:"old_key_id"`
	New       string `json:"new_key_id"`
	File      string `json:"file"`      // where the new key is
	Continued bool   `json:"continued"` // one that was cut short was finished
}

// rotateKey seals the vault with a new key, or finishes what was cut short. The new key is in its file, durable, before
// anything is sealed with it.
func (a *app) rotateKey(ctx context.Context, w *journey.Workspace, s *store.Store, now time.Time, out, keep string) (r rotation, err error) {
	before, err := s.Key(ctx)
	if err != nil {
		return r, err
	}
	fromEnv := before.File == ""
	switch {
	case fromEnv && out == "":
		return r, usageError{koe.Errorf(koe.Invalid, a.say("鍵は環境変数 %s から来ています。--out FILE を付けてください。新しい鍵をそこに書きます", "the key comes from $%s: add --out FILE, where the new key is written"), w.Settings.VaultKeyEnv)}
	case !fromEnv && out != "":
		return r, usageError{koe.Errorf(koe.Invalid, a.say("鍵は %s にあり、そこで入れ替わります。--out は要りません", "the key is in %s and is replaced there; --out is not needed"), before.File)}
	}
	key, err := s.UnfinishedKey(ctx)
	if err != nil {
		return r, err
	}
	r = rotation{Old: before.ID, File: before.File, Continued: key != ""}
	if key == "" {
		key = store.NewKey()
	}
	if fromEnv {
		r.File = out
		if key, r.Continued, err = a.newKeyFile(out, key, r.Continued); err != nil {
			return r, err
		}
	} else if keep != "" {
		old, err := os.ReadFile(before.File)
		if err != nil {
			return r, err
		}
		if err := keepOldKey(keep, old); err != nil {
			return r, err
		}
	}
	if err := s.RotateKey(ctx, now, key); err != nil {
		return r, err
	}
	after, err := s.Key(ctx)
	if err != nil {
		return r, err
	}
	r.New = after.ID
	return r, a.audit(ctx, s, now, "key rotate", 0, r.Old+" → "+r.New)
}

// newKeyFile writes the new key to a file of mode 0600. A file that is there is the new key of a rotation that was cut short.
func (a *app) newKeyFile(out, key string, unfinished bool) (_ string, continued bool, err error) {
	there, err := os.ReadFile(out)
	if errors.Is(err, fs.ErrNotExist) {
		return key, unfinished, whole.File(out, 0o600, func(to io.Writer) error {
			_, err := io.WriteString(to, key+"\n")
			return err
		})
	}
	if err != nil {
		return "", false, err
	}
	text := strings.TrimSpace(string(there))
	if _, err := store.ParseKey(text); err != nil {
		return "", false, koe.Errorf(koe.Conflict, a.say("%s は鍵のファイルではありません。別の名前を選んでください", "%s is there and holds no key; choose another name"), out)
	}
	return text, true, nil
}

// keepOldKey copies the old key; a file that is there is never overwritten.
func keepOldKey(path string, key []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	return errors.Join(err, f.Sync(), f.Close())
}

func (a *app) writeRotation(out io.Writer, w *journey.Workspace, r rotation) {
	if r.Continued {
		fmt.Fprintln(out, a.say("途中で止まっていた鍵の交換を続けました。", "a rotation that was cut short was finished"))
	}
	fmt.Fprintf(out, a.say("金庫を新しい鍵で封じ直しました(%s → %s)。新しい鍵: %s\n", "the vault is sealed with a new key (%s → %s), which is in %s\n"), r.Old, r.New, r.File)
	if name := w.Settings.VaultKeyEnv; name != "" {
		fmt.Fprintf(out, a.say("環境変数 %s をこの鍵に替え、ファイルは安全な場所に移してください。\n", "set $%s to it, and move the file to a safe place\n"), name)
	}
	fmt.Fprintln(out, a.say("動いている koe serve は、新しい鍵で起動し直してください。これより前の控えは古い鍵でしか開きません。koe backup で新しく取ってください。",
		"Restart koe serve with the new key. Backups made before open with the old key only: make a new one with koe backup."))
}
