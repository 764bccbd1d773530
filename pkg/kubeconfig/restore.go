package kubeconfig

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Restore takes back what Point, Add or AddCluster did, where it is still as they
// left it, and then forgets what was kept of it: the user is what it was, a
// context that was given a user of its own has its old one again, and what was
// made altogether is gone. A cluster that another context uses too stays, be it of
// another file. Codes: not_found (nothing is kept for this entry), invalid (it was
// changed since; another context uses a user that was made), and those of Point.
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
	kept = kept.after(f.gone[file])
	others := f.others(file)
	change := Change{File: file, Context: kept.Context, User: user}
	if err := f.change(ctx, &change, func(ed *editor) error { return ed.restore(op, kept, others) }); err != nil {
		return change, err
	}
	if d, err := f.document(file); err != nil || d.find(clusters, kept.Cluster) == nil {
		kept.Cluster = ""
	}
	if f.dry {
		f.gone[file] = kept
		return change, nil
	}
	if err := inherit(originals, kept); err != nil {
		return change, err
	}
	return change, os.Remove(path)
}

// others are the contexts of the files beside this one. A file that cannot be read
// has none, for kubectl neither.
func (f *Files) others(file string) []*yaml.Node {
	var all []*yaml.Node
	for _, path := range f.paths {
		if path == file {
			continue
		}
		if d, err := f.document(path); err == nil {
			all = append(all, items(get(d.root, contexts))...)
		}
	}
	return all
}

// restore finds what it has done already, and leaves it.
func (e *editor) restore(op string, kept Original, others []*yaml.Node) error {
	e.heads = kept.Heads
	others = slices.Concat(items(get(e.root, contexts)), others)
	if used := by(others, "user", kept.User, kept.Context); kept.made(users) && kept.Context != "" && used != "" && e.find(users, kept.User) != nil {
		return jit.Errorf(jit.Invalid, op, "context %s uses it too", used).
			WithNext("kubectl config get-contexts")
	}
	if err := e.restoreUser(op, kept); err != nil {
		return err
	}
	if kept.Context == "" {
		return nil
	}
	context := e.find(contexts, kept.Context)
	if context == nil || text(get(get(context, "context"), "user")) != kept.User {
		return nil // somebody pointed it elsewhere, or it is done
	}
	if !kept.made(contexts) {
		return e.contextUserBack(kept)
	}
	if err := e.remove(contexts, kept.Context); err != nil {
		return err
	}
	if text(get(e.root, "current-context")) == kept.Context {
		if err := e.noCurrent(kept.Context); err != nil {
			return err
		}
	}
	if kept.Cluster != "" && by(others, "cluster", kept.Cluster, kept.Context) == "" && e.find(clusters, kept.Cluster) != nil {
		if err := e.remove(clusters, kept.Cluster); err != nil {
			return err
		}
	}
	e.nothing()
	return nil
}

// by is the first context that names a user, or a cluster, beside one context; ""
// where none does.
func by(all []*yaml.Node, what, named, beside string) string {
	for _, item := range all {
		if name := text(get(item, "name")); name != beside && text(get(get(item, "context"), what)) == named {
			return name
		}
	}
	return ""
}

// restoreUser puts the original in the place of our call, or removes the user
// that was made for it. Where another program wrote the file in its own layout
// meanwhile, the original moves to the new column.
func (e *editor) restoreUser(op string, kept Original) error {
	item := e.find(users, kept.User)
	if item == nil && kept.made(users) {
		return nil
	}
	if item == nil {
		return jit.Errorf(jit.Invalid, op, "%s has no such user any more", e.path)
	}
	was, err := kept.user(op)
	if err != nil {
		return err
	}
	body := get(item, "user")
	if !kept.made(users) && e.compare(orNull(was), orNull(body)) == nil {
		return nil
	}
	exec := readExec(get(body, "exec"))
	if exec == nil || !only(body, "exec") || !slices.ContainsFunc(kept.Ours, exec.Equal) || e.added(item) {
		return jit.Errorf(jit.Invalid, op, "%s:%d: it was changed since login", e.path, item.Line)
	}
	if kept.made(users) {
		return e.remove(users, kept.User)
	}
	return e.putBack(item, kept, was)
}

// added reports whether somebody wrote into the user's body what our call never
// has: a comment, or a key that says something to another program.
func (e *editor) added(item *yaml.Node) bool {
	key, body := own(item, "user")
	if key == nil {
		return false
	}
	if strings.Contains(e.lines.At(line(key)), " #") {
		return true
	}
	for i := line(key) + 1; i < e.extent(body, line(key), column(key)); i++ {
		if text := e.lines.At(i); bare(text) && strings.TrimSpace(text) != "" {
			return true
		}
	}
	_, exec := own(body, "exec")
	return commented(body) || exec != nil && !known(exec)
}

// commented reports whether a comment stands behind a value of a tree.
func commented(node *yaml.Node) bool {
	return node.LineComment != "" || slices.ContainsFunc(node.Content, commented)
}

// known reports whether a call holds nothing but what [Exec] does.
func known(exec *yaml.Node) bool {
	keys := []string{"apiVersion", "args", "command", "env", "installHint", "interactiveMode", "provideClusterInfo"}
	for i := 0; i+1 < len(exec.Content); i += 2 {
		if !slices.Contains(keys, exec.Content[i].Value) && !null(exec.Content[i+1]) {
			return false
		}
	}
	return true
}

// putBack writes the lines of the original where our call stands.
func (e *editor) putBack(item *yaml.Node, kept Original, was *yaml.Node) error {
	from, to, head, err := e.region(item, "user")
	if err != nil {
		return err
	}
	if was == nil {
		if strings.Contains(head, "-") {
			return e.refuse(from+1, "user begins its entry")
		}
		e.splice(from, to)
		e.wantKey(item, "user", nil)
		return nil
	}
	texts := moved(kept.Lines, len(head)-kept.Column)
	texts[0] = head + texts[0]
	e.splice(from, to, texts...)
	e.wantKey(item, "user", was)
	return nil
}

// user is what the key `user` held; nil where there was no such key.
func (o Original) user(op string) (*yaml.Node, error) {
	if len(o.Lines) == 0 {
		return nil, nil
	}
	lines := moved(o.Lines, -o.Column)
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r\n")
	}
	var was yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")+"\n"), &was); err != nil || len(was.Content) != 1 {
		return nil, jit.Errorf(jit.Internal, op, "what is kept of it cannot be read")
	}
	_, value := own(was.Content[0], "user")
	return value, nil
}

// line is what the context's key `user` held; nil where there was no such key.
func (o Original) line() (*yaml.Node, error) {
	var was yaml.Node
	if err := yaml.Unmarshal([]byte(o.WasLine), &was); err != nil || len(was.Content) == 0 {
		return nil, err
	}
	_, value := own(was.Content[0], "user")
	return value, nil
}

// orNull is a null where there is no node.
func orNull(node *yaml.Node) *yaml.Node {
	if node == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}
	}
	return node
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
