package kubeconfig

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// Original is what stood in a kubeconfig before a user was pointed at us: a file
// in the folder of originals, which holds what that entry was worth.
type Original struct {
	File   string   `json:"file"`
	User   string   `json:"user"`
	Lines  []string `json:"lines"`  // from the key `user` on; none where there was no such key
	Column int      `json:"column"` // of that key

	// Ours are the calls that may stand there now: the last one that was to be
	// written, and the one before, which is there still where that was cut short.
	Ours []Exec `json:"ours"`

	Made    []string `json:"made,omitempty"`    // the lists in which an entry was made: users, contexts
	Context string   `json:"context,omitempty"` // the context that was made, or given this user
	Cluster string   `json:"cluster,omitempty"` // the cluster that was made
	Was     string   `json:"was,omitempty"`     // the user that context had before
	WasLine string   `json:"wasLine,omitempty"` // how it was written, from the key `user` on; empty where there was no such key
	Heads   Heads    `json:"heads,omitempty"`   // of what was begun for it
}

// MadeContext reports whether the context was made, with its user.
func (o Original) MadeContext() bool { return o.made(contexts) }

func (o Original) made(list string) bool { return slices.Contains(o.Made, list) }

// Originals returns all that is kept in the folder of originals, by file and
// user. A file that is no original is left out: it is nothing that Restore could
// use. Codes: unavailable (one of them may not be read: it may be an original).
func Originals(dir string) ([]Original, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, jit.Errorf(jit.Unavailable, "list the originals", "%w", err)
	}
	var all []Original
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		o, err := readOriginal(path)
		if unread := (*fs.PathError)(nil); errors.As(err, &unread) && !entry.IsDir() {
			return nil, jit.Errorf(jit.Unavailable, "list the originals", "%w", err)
		}
		if err == nil && originalPath(dir, o.File, o.User) == path {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b Original) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.User, b.User))
	})
	return all, nil
}

func originalPath(dir, file, user string) string {
	sum := sha256.Sum256([]byte(file + "\x00" + user))
	return filepath.Join(dir, hex.EncodeToString(sum[:16])+".json")
}

// keep notes what is about to be changed, before it is: what is replaced must
// outlive a kill between the two. An entry that is ours already has its original
// noted from before, which stays the original.
func keep(dir string, now Original, ours bool, exec Exec) error {
	if dir == "" {
		return nil
	}
	path := originalPath(dir, now.File, now.User)
	if ours {
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
	return writeOriginal(path, now)
}

// after is the original once another one of its file is taken back: what could not be
// taken back then, since this one stood on it, goes with it. That is the lists that
// were begun, and the cluster.
func (o Original) after(gone Original) Original {
	if o.File != gone.File || !o.made(users) {
		return o
	}
	heads := Heads{}
	maps.Copy(heads, gone.Heads)
	maps.Copy(heads, o.Heads)
	o.Heads = heads
	if o.MadeContext() {
		o.Cluster = cmp.Or(o.Cluster, gone.Cluster)
	}
	return o
}

// inherit leaves what could not be taken back yet to the others of the file.
func inherit(dir string, gone Original) error {
	all, err := Originals(dir)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.File != gone.File || o.User == gone.User || !o.made(users) {
			continue
		}
		if err := writeOriginal(originalPath(dir, o.File, o.User), o.after(gone)); err != nil {
			return err
		}
	}
	return nil
}

func writeOriginal(path string, o Original) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return rewrite.Write(path, text)
}

func readOriginal(path string) (Original, error) {
	var o Original
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	return o, err
}
