package kubeconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

const (
	// looks is how often a change is made again because another program, which had
	// read the file before, wrote it without our change. On a machine that is slow
	// enough for that to happen once it happens often: ten were seen not to do.
	looks = 30

	// settling is how long after a change the file is looked at again: longer than
	// kubectl takes from its reading to its writing.
	settling = 50 * time.Millisecond
)

// Point makes exec the credential provider of the user of the entry's context.
// The user keeps its name and whatever else its entry holds. A user that a
// context of another cluster uses too is left alone: the context gets a user of
// its own. What is replaced is kept in the folder originals (nowhere, where that
// is ""), so that Restore is exact. Codes: invalid (the file is in a shape that
// cannot be edited safely), unavailable (locked by another program, or not
// writable; the original cannot be kept).
func (f *Files) Point(ctx context.Context, e Entry, exec Exec, originals string) (Change, error) {
	docs, err := f.documents()
	if err != nil {
		return Change{}, err
	}
	m := merge(docs)
	if e.User == "" || m.shared(e) {
		return f.apart(ctx, m, e, exec, originals)
	}
	change := Change{File: e.File, Context: e.Context, User: e.User}
	err = f.change(ctx, &change, func(ed *editor) error {
		made := ed.find(users, e.User) == nil
		r, err := ed.setUser(e.User, exec)
		if err != nil || !r.written && !made || f.dry {
			return err
		}
		original := Original{File: e.File, User: e.User, Lines: r.original, Column: r.column}
		if made {
			original.Made, original.Heads = []string{users}, ed.heads
		}
		return keep(originals, original, r.ours, exec)
	})
	return change, err
}

// DryRun returns the same files, of which Point, Add, AddCluster and Restore only
// find out whether and how they would be changed: before something is asked for
// that cannot be taken back. Each change is foreseen on top of those before it.
func (f *Files) DryRun() *Files {
	dry := *f
	dry.dry, dry.foreseen, dry.gone = true, map[string][]byte{}, map[string]Original{}
	return &dry
}

// shared reports whether a context of another cluster uses the same user.
func (m merged) shared(e Entry) bool {
	for _, context := range m.contexts {
		body := get(context.node, "context")
		if text(get(body, "user")) == e.User && text(get(body, "cluster")) != e.Cluster {
			return true
		}
	}
	return false
}

// used reports whether any context uses the user.
func (m merged) used(user string) bool {
	for _, context := range m.contexts {
		if text(get(get(context.node, "context"), "user")) == user {
			return true
		}
	}
	return false
}

// spare reports whether a user of this name can be ours: there is none, or one of
// ours that no context uses any more. One of which an original is kept is not, but
// for the context that it was made for.
func (m merged) spare(user, file, context, originals string) bool {
	if kept, err := readOriginal(originalPath(originals, file, user)); originals != "" && !errors.Is(err, fs.ErrNotExist) {
		if err != nil || kept.Context != context || !kept.made(users) {
			return false
		}
	}
	at, taken := m.users[user]
	if !taken {
		return true
	}
	exec := readExec(get(get(at.node, "user"), "exec"))
	return exec != nil && exec.Ours() && !m.used(user)
}

// apart gives the context a user of its own.
func (f *Files) apart(ctx context.Context, m merged, e Entry, exec Exec, originals string) (Change, error) {
	context, ok := m.contexts[e.Context]
	if !ok {
		return Change{}, f.unknown(e.Context, m)
	}
	base := e.User
	if base == "" {
		base = e.Context
	}
	name := base + "-jit"
	for n := 2; !m.spare(name, context.path, e.Context, originals); n++ {
		name = fmt.Sprintf("%s-jit-%d", base, n)
	}
	change := Change{File: context.path, Context: e.Context, User: name, Beside: e.User}
	if spare, ok := m.users[name]; ok && spare.path != context.path {
		return change, jit.Errorf(jit.Invalid, "point context "+e.Context, "%s has an unused user %q: remove it", spare.path, name)
	}
	err := f.change(ctx, &change, func(ed *editor) error {
		if ed.find(contexts, e.Context) == nil {
			return jit.Errorf(jit.NotFound, "point context "+e.Context, "it is gone from %s", change.File)
		}
		if err := ed.addUser(name, exec); err != nil {
			return err
		}
		line, err := ed.setContextUser(e.Context, name)
		if err != nil || f.dry {
			return err
		}
		return keep(originals, Original{File: change.File, User: name, Made: []string{users}, Context: e.Context, Was: e.User, WasLine: line, Heads: ed.heads}, false, exec)
	})
	return change, err
}

// Add makes a second context beside from, on its cluster and in its namespace,
// with a user of its own of the same name. One that Add made before is brought
// up to date. That it was made is noted in the folder originals, as by Point.
// Codes: invalid (the name is taken), and those of Point.
func (f *Files) Add(ctx context.Context, name string, from Entry, exec Exec, originals string) (Change, error) {
	docs, err := f.documents()
	if err != nil {
		return Change{}, err
	}
	m := merge(docs)
	change := Change{File: f.target(), Context: name, User: name}
	if old, ok := m.contexts[name]; ok {
		entry, err := m.entry(name)
		if err != nil {
			return change, err
		}
		if entry.User != name || entry.Exec == nil || !entry.Exec.Ours() || entry.Cluster != from.Cluster {
			return change, taken(name, "context", old)
		}
		change.File = entry.File
		err = f.change(ctx, &change, func(ed *editor) error {
			r, err := ed.setUser(name, exec)
			if err != nil || !r.written || f.dry {
				return err
			}
			return keep(originals, Original{File: entry.File, User: name}, true, exec)
		})
		return change, err
	}
	if old, ok := m.users[name]; ok {
		return change, taken(name, "user", old)
	}
	err = f.change(ctx, &change, func(ed *editor) error {
		if err := ed.addUser(name, exec); err != nil {
			return err
		}
		if err := ed.addContext(name, from.Cluster, from.Namespace); err != nil || f.dry {
			return err
		}
		return keep(originals, Original{File: change.File, User: name, Made: []string{users, contexts}, Context: name, Heads: ed.heads}, false, exec)
	})
	return change, err
}

func taken(name, what string, by found) error {
	return jit.Errorf(jit.Invalid, "add context "+name, "%s has a %s of that name already", by.path, what).
		WithNext("kubectl jit login PROFILE --new-context %s", jit.Quote(name+"-2"))
}

// NewCluster is a cluster that no file knows yet.
type NewCluster struct {
	Name   string // of cluster, context and user entry alike: the cluster's ARN
	Server string
	CAData []byte // PEM
}

// AddCluster adds a cluster, context and user. The current context is set only
// where there is none. That they were made is noted in the folder originals.
// Codes: invalid (the name is taken), and those of Point.
func (f *Files) AddCluster(ctx context.Context, cluster NewCluster, exec Exec, originals string) (Change, error) {
	docs, err := f.documents()
	if err != nil && jit.CodeOf(err) != jit.NotFound {
		return Change{}, err
	}
	m := merge(docs)
	for what, entries := range map[string]map[string]found{"cluster": m.clusters, "context": m.contexts, "user": m.users} {
		if taken, ok := entries[cluster.Name]; ok {
			return Change{}, jit.Errorf(jit.Invalid, "add cluster "+cluster.Name, "%s has a %s of that name already", taken.path, what).
				WithNext("kubectl jit login PROFILE --context %s", jit.Quote(cluster.Name))
		}
	}
	change := Change{File: f.target(), Context: cluster.Name, User: cluster.Name}
	err = f.change(ctx, &change, func(ed *editor) error {
		if err := ed.addAll(cluster, exec, current(docs) == ""); err != nil || f.dry {
			return err
		}
		made := Original{File: change.File, User: cluster.Name, Made: []string{users, contexts}, Context: cluster.Name, Cluster: cluster.Name, Heads: ed.heads}
		return keep(originals, made, false, exec)
	})
	return change, err
}

// change edits a file, looks a moment later whether the change is still there, and
// makes it again where another program wrote back what it had read before. So do
// must find what it has done and leave it.
func (f *Files) change(ctx context.Context, c *Change, do func(*editor) error) error {
	var written []byte
	apply := func(old []byte) ([]byte, error) {
		if written != nil && bytes.Equal(old, written) {
			return old, nil
		}
		d, err := f.parse(c.File, old)
		if err != nil {
			return nil, err
		}
		ed, err := edit(d)
		if err != nil {
			return nil, err
		}
		if err := do(ed); err != nil {
			return nil, err
		}
		written, err = ed.result()
		return written, err
	}
	if f.dry {
		return f.foresee(c, apply)
	}
	for range looks {
		again, err := rewrite.File(ctx, c.File, apply)
		c.Wrote = c.Wrote || again
		if err != nil || !again {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
		rewrite.Settle(ctx, c.File)
		if same, err := rewrite.Holds(c.File, written); same && err == nil {
			rewrite.Unlock(c.File)
			return nil
		}
	}
	return jit.Errorf(jit.Unavailable, "change "+c.File, "another program drops the change again and again")
}

// foresee fills in what the file is and what it would be.
func (f *Files) foresee(c *Change, apply rewrite.Edit) (err error) {
	old, changed := f.foreseen[c.File]
	if !changed {
		if old, err = readFile(c.File); err != nil && jit.CodeOf(err) != jit.NotFound {
			return err
		}
	}
	made, err := apply(old)
	if err != nil {
		return err
	}
	c.Old, c.New, f.foreseen[c.File] = old, made, made
	return nil
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settling):
		return nil
	}
}
