package kubeconfig

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// looks is how often a change is made again because another program dropped it.
const looks = 3

// Point makes exec the credential provider of the user of the entry's context.
// The user keeps its name and whatever else its entry holds. A user that a
// context of another cluster uses too is left alone: the context gets a user of
// its own. What is replaced is kept in the folder originals, so that Restore is
// exact. Codes: invalid (the file is in a shape that cannot be edited safely),
// unavailable (locked by another program, or not writable).
func (f *Files) Point(ctx context.Context, e Entry, exec Exec, originals string) (Change, error) {
	others, err := f.sharedWith(e)
	if err != nil {
		return Change{}, err
	}
	if e.User == "" || others {
		return f.apart(ctx, e, exec)
	}
	change := Change{File: e.File, Context: e.Context, User: e.User}
	change.Wrote, err = f.change(ctx, e.File, func(ed *editor) error {
		r, err := ed.setUser(e.User, exec)
		if err != nil {
			return err
		}
		return keep(originals, e.File, e.User, r) // before it is gone from the file
	})
	return change, err
}

// DryRun returns the same files, of which Point, Add and AddCluster only find out
// whether they could be changed: before something is asked for that cannot be
// taken back.
func (f *Files) DryRun() *Files {
	dry := *f
	dry.dry = true
	return &dry
}

// sharedWith reports whether a context of another cluster uses the same user.
func (f *Files) sharedWith(e Entry) (bool, error) {
	all, err := f.Entries()
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(all, func(o Entry) bool { return o.User == e.User && o.Cluster != e.Cluster }), nil
}

// apart gives the context a user of its own.
func (f *Files) apart(ctx context.Context, e Entry, exec Exec) (Change, error) {
	docs, err := f.documents()
	if err != nil {
		return Change{}, err
	}
	m := merge(docs)
	base := e.User
	if base == "" {
		base = e.Context
	}
	name := base + "-jit"
	for n := 2; ; n++ {
		if _, taken := m.users[name]; !taken {
			break
		}
		name = fmt.Sprintf("%s-jit-%d", base, n)
	}
	change := Change{File: m.contexts[e.Context].path, Context: e.Context, User: name, Beside: e.User}
	change.Wrote, err = f.change(ctx, change.File, func(ed *editor) error {
		if err := ed.addUser(name, exec); err != nil {
			return err
		}
		return ed.setContextUser(e.Context, name)
	})
	return change, err
}

// Add makes a second context beside from, on its cluster and in its namespace,
// with a user of its own of the same name. One that Add made before is brought
// up to date. Codes: invalid (the name is taken), and those of Point.
func (f *Files) Add(ctx context.Context, name string, from Entry, exec Exec) (Change, error) {
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
			return change, jit.Errorf(jit.Invalid, "add context "+name, "%s has a context of that name already", old.path)
		}
		change.File = entry.File
		change.Wrote, err = f.change(ctx, entry.File, func(ed *editor) error {
			_, err := ed.setUser(name, exec)
			return err
		})
		return change, err
	}
	if taken, ok := m.users[name]; ok {
		return change, jit.Errorf(jit.Invalid, "add context "+name, "%s has a user of that name already", taken.path)
	}
	change.Wrote, err = f.change(ctx, change.File, func(ed *editor) error {
		if err := ed.addUser(name, exec); err != nil {
			return err
		}
		return ed.addContext(name, from.Cluster, from.Namespace)
	})
	return change, err
}

// NewCluster is a cluster that no file knows yet.
type NewCluster struct {
	Name   string // of cluster, context and user entry alike: the cluster's ARN
	Server string
	CAData []byte // PEM
}

// AddCluster adds a cluster, context and user. The current context is set only
// where there is none. Codes: invalid (the name is taken), and those of Point.
func (f *Files) AddCluster(ctx context.Context, cluster NewCluster, exec Exec) (Change, error) {
	docs, err := f.documents()
	if err != nil && jit.CodeOf(err) != jit.NotFound {
		return Change{}, err
	}
	m := merge(docs)
	for what, entries := range map[string]map[string]found{"cluster": m.clusters, "context": m.contexts, "user": m.users} {
		if taken, ok := entries[cluster.Name]; ok {
			return Change{}, jit.Errorf(jit.Invalid, "add cluster "+cluster.Name, "%s has a %s of that name already", taken.path, what).
				WithNext("kubectl jit login PROFILE --context %s", cluster.Name)
		}
	}
	change := Change{File: f.target(), Context: cluster.Name, User: cluster.Name}
	change.Wrote, err = f.change(ctx, change.File, func(ed *editor) error { return ed.addAll(cluster, exec, current(docs) == "") })
	return change, err
}

// change edits a file, looks whether the change is still there, and makes it
// again where another program wrote back what it had read before. So do must find
// what it has done and leave it.
func (f *Files) change(ctx context.Context, path string, do func(*editor) error) (bool, error) {
	apply := func(old []byte) ([]byte, error) {
		ed, err := edit(path, old)
		if err != nil {
			return nil, err
		}
		if err := do(ed); err != nil {
			return nil, err
		}
		return ed.result()
	}
	if f.dry {
		old, err := readFile(path)
		if err != nil && jit.CodeOf(err) != jit.NotFound {
			return false, err
		}
		_, err = apply(old)
		return false, err
	}
	wrote := false
	for range looks {
		again, err := rewrite.File(ctx, path, apply)
		if err != nil {
			return wrote, err
		}
		if wrote = wrote || again; !again {
			return wrote, nil
		}
	}
	return wrote, jit.Errorf(jit.Unavailable, "change "+path, "another program drops the change again and again")
}
