package kubeconfig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// original is what a user's entry was before it was pointed at us: a file in the
// folder of originals, which holds what that entry was worth.
type original struct {
	File     string   `json:"file"`
	User     string   `json:"user"`
	Original []string `json:"original"` // lines
	Ours     []string `json:"ours"`     // the lines that stand there now
}

func originalPath(dir, file, user string) string {
	sum := sha256.Sum256([]byte(file + "\x00" + user))
	return filepath.Join(dir, hex.EncodeToString(sum[:16])+".json")
}

// keep notes what is about to be replaced. An entry that was ours already has its
// original noted from before, which stays the original.
func keep(dir, file, user string, r replaced) error {
	if dir == "" || len(r.ours) == 0 {
		return nil
	}
	path := originalPath(dir, file, user)
	now := original{File: file, User: user, Original: r.original, Ours: r.ours}
	if r.again {
		before, err := readOriginal(path)
		if err != nil {
			return nil // what stood there before us was never seen here
		}
		now.Original = before.Original
	}
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return jit.Errorf(jit.Unavailable, "keep the replaced entry", "%w", err)
	}
	return rewrite.Write(path, text)
}

func readOriginal(path string) (original, error) {
	var o original
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	return o, err
}

// Restore puts back what Point replaced, where the entry is still as Point left
// it. Codes: not_found (nothing is kept for this entry), invalid (it was changed
// since), and those of Point.
func (f *Files) Restore(ctx context.Context, file, user, originals string) (Change, error) {
	op := "restore user " + user
	path := originalPath(originals, file, user)
	kept, err := readOriginal(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Change{}, jit.Errorf(jit.NotFound, op, "nothing is kept of it")
	}
	if err != nil {
		return Change{}, jit.Errorf(jit.Unavailable, op, "%s: %w", path, err)
	}
	change := Change{File: file, User: user}
	change.Wrote, err = rewrite.File(ctx, file, func(old []byte) ([]byte, error) {
		ed, err := edit(file, old)
		if err != nil {
			return nil, err
		}
		item := ed.find(users, user)
		if item == nil {
			return nil, jit.Errorf(jit.Invalid, op, "%s has no such user any more", file)
		}
		from, to, err := ed.region(users, item, "user")
		if err != nil {
			return nil, err
		}
		if !slices.Equal(ed.lines.Range(from, to), kept.Ours) {
			return nil, jit.Errorf(jit.Invalid, op, "%s:%d: it was changed since login", file, from+1)
		}
		if err := ed.splice(from, to, kept.Original...); err != nil {
			return nil, err
		}
		return ed.lines.Bytes(), nil // what it means is as it was; there is nothing to compare it with
	})
	if err != nil {
		return change, err
	}
	return change, os.Remove(path)
}
