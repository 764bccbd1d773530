package mapping

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// Change is what is asked of a text, and by whom.
type Change struct {
	Caller  string // ARN of who asks, role or session; empty where it is not known
	Replace bool   // Add: take the place of an entry that maps the role otherwise
}

// Add returns the text with the role mapped. Where it is mapped like that already,
// the text is returned as it is. Codes: invalid (not the ARN of a role without a
// path, a name that cannot be written, mapped otherwise and not to be replaced, a
// shape that cannot be edited by lines), denied (an entry of nodes, or the one
// that the caller came in by).
func (r *Roles) Add(m Mapping, c Change) (string, error) {
	op := "map " + m.ARN
	if err := writable(op, m); err != nil {
		return "", err
	}
	i := r.last(m.ARN)
	if i < 0 {
		return r.insert(op, m)
	}
	there := r.entries[i]
	if there.Same(m) {
		return r.text, nil
	}
	if !c.Replace {
		return "", jit.Errorf(jit.Invalid, op, "line %d of mapRoles maps it already, to %s: --replace changes that", there.Line, there.describe())
	}
	if err := c.mayTouch(op, there); err != nil {
		return "", err
	}
	if odd := there.unknown(); len(odd) > 0 {
		return "", r.refuse(op, there.Line, "it has "+strings.Join(odd, ", ")+" too, which would be lost")
	}
	from, to, err := r.lines(op, i)
	if err != nil {
		return "", err
	}
	text := string(rewrite.Cut(r.text).Splice(from, to, write(m, r.indent())...).Bytes())
	return text, r.verify(op, text, func(want []*yaml.Node) []*yaml.Node { want[i] = nil; return want }, m)
}

// Remove returns the text without the entries of a role. Where there is none, the
// text is returned as it is. Comments above an entry stay. Codes as for
// [Roles.Add].
func (r *Roles) Remove(arn string, c Change) (string, error) {
	op := "remove the mapping of " + arn
	if _, err := Role(arn); err != nil {
		return "", err
	}
	lines := rewrite.Cut(r.text)
	var gone []int
	for i, e := range slices.Backward(r.entries) {
		if !SameRole(e.ARN, arn) {
			continue
		}
		if err := c.mayTouch(op, e); err != nil {
			return "", err
		}
		from, to, err := r.lines(op, i)
		if err != nil {
			return "", err
		}
		lines, gone = lines.Splice(from, to), append(gone, i)
	}
	if len(gone) == 0 {
		return r.text, nil
	}
	text := string(lines.Bytes())
	return text, r.verify(op, text, func(want []*yaml.Node) []*yaml.Node {
		for _, i := range gone {
			want = slices.Delete(want, i, i+1)
		}
		return want
	}, Mapping{})
}

// mayTouch keeps nodes in the cluster, and the caller.
func (c Change) mayTouch(op string, e entry) error {
	switch {
	case e.Node():
		return jit.Errorf(jit.Denied, op, "line %d of mapRoles is an entry of nodes: without it they leave the cluster", e.Line)
	case c.cameBy(e):
		return jit.Errorf(jit.Denied, op, "you came in by line %d of mapRoles: this would lock you out", e.Line)
	}
	return nil
}

// cameBy reports whether the entry lets the caller in. One with a path lets nobody
// in.
func (c Change) cameBy(e entry) bool {
	role, err := Role(c.Caller)
	return err == nil && strings.EqualFold(e.ARN, role)
}

func (m Mapping) describe() string {
	groups := "no group"
	if len(m.Groups) > 0 {
		groups = strings.Join(m.Groups, ", ")
	}
	return fmt.Sprintf("%s as %q", groups, m.Username)
}

// unknown lists the fields that Mapping has no place for.
func (e entry) unknown() []string {
	var odd []string
	for name, f := range e.fields {
		if !slices.Contains([]string{"rolearn", "username", "groups"}, name) {
			odd = append(odd, f.key)
		}
	}
	slices.Sort(odd)
	return append(odd, e.twice...)
}

// writable holds a new entry to what the authenticator takes and does.
func writable(op string, m Mapping) error {
	role, err := Role(m.ARN)
	if err != nil {
		return err
	}
	switch {
	case role != m.ARN:
		return jit.Errorf(jit.Invalid, op, "in aws-auth the role stands without path and session: %s", role)
	case m.Node():
		return jit.Errorf(jit.Denied, op, "roles of nodes are mapped by whoever makes the nodes")
	case m.Username == "":
		return jit.Errorf(jit.Invalid, op, "the user name is missing: whoever comes in would have an empty one")
	case len(m.Groups) == 0:
		return jit.Errorf(jit.Invalid, op, "no group is named")
	}
	for _, word := range append([]string{m.Username}, m.Groups...) {
		if strings.TrimSpace(word) == "" || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return jit.Errorf(jit.Invalid, op, "%q is no name for a user or a group", word)
		}
	}
	return nil
}

// insert adds an entry at the end of the list.
func (r *Roles) insert(op string, m Mapping) (string, error) {
	lines := rewrite.Cut(r.text)
	keep := func(want []*yaml.Node) []*yaml.Node { return append(want, nil) }
	if r.root == nil || len(r.root.Content) == 0 {
		if err := r.editable(op); err != nil {
			return "", err
		}
		from, to := r.empty(lines)
		text := string(lines.Splice(from, to, write(m, "")...).Bytes())
		return text, r.verify(op, text, keep, m)
	}
	_, to, err := r.lines(op, len(r.entries)-1)
	if err != nil {
		return "", err
	}
	text := string(lines.Splice(to, to, write(m, r.indent())...).Bytes())
	return text, r.verify(op, text, keep, m)
}

// empty finds the line of an empty list, or the end of the text.
func (r *Roles) empty(lines rewrite.Lines) (from, to int) {
	for i := range lines.Len() {
		if slices.Contains([]string{"[]", "null", "~", "``", `""`, "''"}, strings.TrimSpace(lines.At(i))) {
			return i, i + 1
		}
	}
	return lines.Len(), lines.Len()
}

// indent is what stands before the dashes of the list.
func (r *Roles) indent() string { return strings.Repeat(" ", r.root.Column-1) }

// write makes the lines of an entry.
func write(m Mapping, indent string) []string {
	lines := []string{
		indent + "- rolearn: " + m.ARN,
		indent + "  username: " + scalar(m.Username),
		indent + "  groups:",
	}
	for _, group := range m.Groups {
		lines = append(lines, indent+"  - "+scalar(group))
	}
	return lines
}

// scalar writes a text as YAML reads it back.
func scalar(text string) string {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.Contains(text, "{{") {
		node.Style = yaml.DoubleQuotedStyle
	}
	out, err := yaml.Marshal(node)
	if err != nil {
		return fmt.Sprintf("%q", text) // a scalar is always written
	}
	return strings.TrimSuffix(string(out), "\n")
}
