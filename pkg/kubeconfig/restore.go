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
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// original is what a user's entry was before it was pointed at us: a file in the
// folder of originals, which holds what that entry was worth.
type original struct {
	File   string   `json:"file"`
	User   string   `json:"user"`
	Lines  []string `json:"lines"`  // from the key `user` on; none where there was no such key
	Column int      `json:"column"` // of that key

	// Ours are the calls that may stand there now: the last one that was to be
	// written, and the one before, which is there still where that was cut short.
	Ours []Exec `json:"ours"`
}

func originalPath(dir, file, user string) string {
	sum := sha256.Sum256([]byte(file + "\x00" + user))
	return filepath.Join(dir, hex.EncodeToString(sum[:16])+".json")
}

// keep notes what is about to be replaced. An entry that is ours already has its
// original noted from before, which stays the original.
func keep(dir, file, user string, r replaced, exec Exec) error {
	if dir == "" {
		return nil
	}
	path := originalPath(dir, file, user)
	now := original{File: file, User: user, Lines: r.original, Column: r.column}
	if r.ours {
		before, err := readOriginal(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // made elsewhere: what was there before us is not known
		}
		if err != nil {
			return jit.Errorf(jit.Unavailable, "keep the replaced entry", "%s: %w", path, err)
		}
		now = before
	}
	now.Ours = append(now.Ours, exec)
	now.Ours = now.Ours[max(0, len(now.Ours)-2):]
	text, err := json.Marshal(now)
	if err != nil {
		return err
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
		d, err := f.parse(file, old)
		if err != nil {
			return nil, err
		}
		ed, err := edit(d)
		if err != nil {
			return nil, err
		}
		if err := ed.restore(op, kept); err != nil {
			return nil, err
		}
		return ed.result()
	})
	if err != nil {
		return change, err
	}
	return change, os.Remove(path)
}

// restore puts the original in the place of our call. Where another program wrote
// the file in its own layout meanwhile, the original moves to the new column.
func (e *editor) restore(op string, kept original) error {
	item := e.find(users, kept.User)
	if item == nil {
		return jit.Errorf(jit.Invalid, op, "%s has no such user any more", e.path)
	}
	body := get(item, "user")
	exec := readExec(get(body, "exec"))
	if exec == nil || !only(body, "exec") || !slices.ContainsFunc(kept.Ours, exec.Equal) {
		return jit.Errorf(jit.Invalid, op, "%s:%d: it was changed since login", e.path, item.Line)
	}
	from, to, head, err := e.region(item, "user")
	if err != nil {
		return err
	}
	if len(kept.Lines) == 0 {
		if strings.Contains(head, "-") {
			return e.refuse(from+1, "user begins its entry")
		}
		e.splice(from, to)
		e.wantKey(item, "user", nil)
		return nil
	}
	texts := moved(kept.Lines, len(head)-kept.Column)
	var was yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Join(texts, "\n")+"\n"), &was); err != nil || len(was.Content) != 1 {
		return jit.Errorf(jit.Internal, op, "what is kept of it cannot be read")
	}
	texts[0] = head + texts[0]
	_, value := own(was.Content[0], "user")
	e.splice(from, to, texts...)
	e.wantKey(item, "user", value)
	return nil
}

// moved indents all lines but the first by so many columns more, or less.
func moved(lines []string, columns int) []string {
	texts := slices.Clone(lines)
	for i := range texts {
		switch {
		case i == 0 || strings.TrimSpace(texts[i]) == "":
		case columns >= 0:
			texts[i] = strings.Repeat(" ", columns) + texts[i]
		default:
			texts[i] = texts[i][min(-columns, indentOf(texts[i])):]
		}
	}
	return texts
}
