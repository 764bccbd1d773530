package mapping

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// breaks end a line to some readers of YAML and not to others.
const breaks = "\r\u0085\u2028\u2029"

// editable refuses the shapes in which lines cannot be cut and inserted safely.
func (r *Roles) editable(op string) error {
	if !utf8.ValidString(r.text) || strings.Contains(r.text, "\x00") {
		return r.refuse(op, 1, "it is not UTF-8 text")
	}
	if r.more {
		return r.refuse(op, 1, "it holds several YAML documents")
	}
	if r.root != nil && len(r.root.Content) > 0 && r.root.Style&yaml.FlowStyle != 0 {
		return r.refuse(op, r.root.Line, "it is written as JSON or in YAML's flow style")
	}
	lines := rewrite.Cut(r.text)
	for i := range lines.Len() {
		text := lines.At(i)
		if strings.ContainsAny(text, breaks) {
			return r.refuse(op, i+1, "it has an unusual line break")
		}
		if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; len(indent) < len(text) && strings.Contains(indent, "\t") {
			return r.refuse(op, i+1, "it is indented with a tab")
		}
	}
	return nil
}

// lines finds the lines of one entry, from (included) to (excluded), counted from
// 0: from its dash to its last line that is neither empty nor a comment. A comment
// that stands further in than the dash is its own.
func (r *Roles) lines(op string, i int) (from, to int, err error) {
	if err := r.editable(op); err != nil {
		return 0, 0, err
	}
	lines := rewrite.Cut(r.text)
	if from, err = r.dash(op, lines, i); err != nil {
		return 0, 0, err
	}
	to = lines.Len()
	if i+1 < len(r.entries) {
		if to, err = r.dash(op, lines, i+1); err != nil {
			return 0, 0, err
		}
	}
	for to > from+1 {
		text := strings.TrimLeft(lines.At(to-1), " ")
		if text != "" && (text[0] != '#' || len(lines.At(to-1))-len(text) >= r.root.Column) {
			break
		}
		to--
	}
	return from, to, nil
}

// dash finds the line on which an entry begins. What is said of it may begin some
// lines below.
func (r *Roles) dash(op string, lines rewrite.Lines, i int) (int, error) {
	begin := r.indent() + "-"
	for n := r.entries[i].node.Line - 1; n >= 0; n-- {
		if strings.HasPrefix(lines.At(n), begin) {
			return n, nil
		}
	}
	return 0, r.refuse(op, r.entries[i].Line, "it is written in a way that cannot be edited by lines")
}

// verify reads the new text and compares it with what is wanted: all entries as
// they were, but for those that change makes nil, which must be m.
func (r *Roles) verify(op, text string, change func([]*yaml.Node) []*yaml.Node, m Mapping) error {
	var want []*yaml.Node
	for _, e := range r.entries {
		want = append(want, e.node)
	}
	want = change(want)
	odd := r.refuse(op, 1, "it is written in a way that cannot be edited by lines")
	got, err := Parse(text)
	if err != nil || got.more || len(got.entries) != len(want) {
		return odd
	}
	for i, e := range got.entries {
		if want[i] == nil && (!e.Same(m) || len(e.unknown()) > 0) || want[i] != nil && !equal(want[i], e.node) {
			return odd
		}
	}
	return nil
}

// equal compares what two nodes say. Comments are lines that nobody touched.
func equal(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Anchor != b.Anchor || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.AliasNode && a.ShortTag() != b.ShortTag() {
		return false
	}
	for i := range a.Content {
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// refuse says why the text is left as it is.
func (r *Roles) refuse(op string, line int, why string) error {
	return jit.Errorf(jit.Invalid, op, "mapRoles:%d: %s: it is left as it is", line, why).
		WithNext("kubectl -n kube-system edit configmap aws-auth")
}
