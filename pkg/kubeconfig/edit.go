package kubeconfig

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// editor collects a change of one file: the lines to replace, and what a reader
// must find afterwards.
type editor struct {
	*document
	bom   string
	lines rewrite.Lines
	cuts  []cut
	wants map[*yaml.Node]*yaml.Node // by the node that stands there now
	heads Heads                     // of what is begun; of what a restore takes back
}

// cut replaces the lines from (included) to (excluded).
type cut struct {
	from, to int
	texts    []string
	key      bool // it adds a key of the file: behind an element that is added there
}

// edit begins a change. A file that cannot be edited safely is refused.
func edit(d *document) (*editor, error) {
	if err := d.editable(); err != nil {
		return nil, err
	}
	e := &editor{document: d, wants: map[*yaml.Node]*yaml.Node{}, heads: Heads{}}
	text, marked := strings.CutPrefix(d.text, bom)
	if marked {
		e.bom = bom
	}
	e.lines = rewrite.Cut(text)
	return e, nil
}

func (e *editor) splice(from, to int, texts ...string) {
	e.cuts = append(e.cuts, cut{from: from, to: to, texts: texts})
}

// addKey adds a key of the file, with the lines of its value.
func (e *editor) addKey(name string, value *yaml.Node, texts ...string) {
	e.cuts = append(e.cuts, cut{from: e.end(), to: e.end(), texts: texts, key: true})
	e.wantKey(e.root, name, value)
}

// result makes the new content, from the last line to the first so that the
// numbers stay right, and reads it again: where it means anything else than it
// must, the file is refused and stays as it is.
func (e *editor) result() ([]byte, error) {
	if len(e.cuts) == 0 {
		return e.data, nil
	}
	slices.SortStableFunc(e.cuts, func(a, b cut) int {
		switch {
		case a.from != b.from || a.key == b.key:
			return a.from - b.from
		case a.key:
			return 1
		}
		return -1
	})
	lines := e.lines
	for _, c := range slices.Backward(e.cuts) {
		lines = lines.Splice(c.from, c.to, c.texts...)
	}
	data := lines.Bytes()
	if e.bom != "" {
		data = slices.Concat([]byte(e.bom), data)
	}
	return data, e.verify(data)
}

// region is where a key and its value stand in an element of a list: from the
// key's line to the last one that is indented deeper. Comments and empty lines
// behind it are not part of it. What stands before the key in its line is head.
func (e *editor) region(item *yaml.Node, name string) (from, to int, head string, err error) {
	key, value := own(item, name)
	if flow(item) || item.Anchor != "" || key == nil {
		return 0, 0, "", e.refuse(item.Line, "the entry is written in YAML's flow style, or has an anchor or no %s of its own", name)
	}
	if tied(value) {
		return 0, 0, "", e.refuse(key.Line, "the entry has a YAML anchor or alias in it, and cannot be edited by lines")
	}
	head = e.lines.At(line(key))[:column(key)]
	if strings.Trim(head, " -") != "" {
		return 0, 0, "", e.refuse(key.Line, "%s does not begin its line", name)
	}
	return line(key), e.extent(value, line(key), column(key)), head, nil
}

// tied reports whether anything in a tree is bound to another place of the file.
func tied(node *yaml.Node) bool {
	return node.Anchor != "" || node.Kind == yaml.AliasNode || slices.ContainsFunc(node.Content, tied)
}

// extent returns the line after the last one of what begins in the line at the
// column, and ends in the node: all that is indented deeper.
func (e *editor) extent(node *yaml.Node, from, column int) int {
	to := from + 1
	for i := to; i < e.lines.Len(); i++ {
		text := e.lines.At(i)
		if bare(text) {
			continue
		}
		if indentOf(text) <= column {
			break
		}
		to = i + 1
	}
	for len(node.Content) > 0 && !flow(node) {
		node = node.Content[len(node.Content)-1]
	}
	if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || line(node)+1 >= e.lines.Len() {
		return to
	}
	// In a block of text (| or >) a line that begins with # is no comment.
	indent := indentOf(e.lines.At(line(node) + 1))
	for i := to; i < e.lines.Len() && indent > column && indentOf(e.lines.At(i)) >= indent; i++ {
		to = i + 1
	}
	// In one that ends in empty lines (|+) they are part of it.
	for strings.HasSuffix(node.Value, "\n\n") && to < e.lines.Len() && strings.TrimSpace(e.lines.At(to)) == "" {
		to++
	}
	return to
}

// bare reports whether a line holds nothing but a comment, or nothing.
func bare(text string) bool {
	text = strings.TrimLeft(text, " ")
	return text == "" || text[0] == '#'
}

func indentOf(text string) int { return len(text) - len(strings.TrimLeft(text, " ")) }

// end is where a new key of the file goes: behind its last line that says
// something.
func (e *editor) end() int {
	to := e.lines.Len()
	for to > 0 && (bare(e.lines.At(to-1)) || strings.TrimSpace(e.lines.At(to-1)) == "...") {
		to--
	}
	return to
}

// appended puts an element behind the last one of a list, or makes the list. The
// texts are the element's lines without dash and indent.
func (e *editor) appended(list string, item *yaml.Node, texts []string) error {
	key, value := own(e.root, list)
	switch {
	case key == nil:
		e.heads[list] = ""
		e.addKey(list, listNode(item), append([]string{list + ":"}, dashed("", texts)...)...)
		return nil
	case value.Kind == yaml.AliasNode || value.Anchor != "":
		return e.refuse(key.Line, "%s is a YAML alias or has an anchor", list)
	case null(value) || len(value.Content) == 0:
		return e.begun(key, value, list, item, texts)
	case flow(value):
		return e.refuse(key.Line, "%s is written in YAML's flow style", list)
	}
	last := value.Content[len(value.Content)-1]
	to := e.extent(last, line(last), column(value))
	e.splice(to, to, dashed(strings.Repeat(" ", column(value)), texts)...)
	wanted := e.want(value)
	wanted.Content = append(wanted.Content, item)
	return nil
}

// remove takes an element out of a list. Comments before and behind it stay.
func (e *editor) remove(list, name string) error {
	item := e.find(list, name)
	key, value := own(e.root, list)
	if value.Kind == yaml.AliasNode || flow(value) || flow(item) || tied(item) {
		return e.refuse(item.Line, "the entry is written in YAML's flow style, or has an anchor or alias")
	}
	from, to := line(item), e.extent(item, line(item), column(value))
	head := e.lines.At(from)[:column(item)]
	if strings.Trim(head, " -") != "" || strings.Count(head, "-") != 1 || line(key) == from {
		return e.refuse(item.Line, "the entry does not begin its line")
	}
	e.splice(from, to)
	wanted := e.want(value)
	wanted.Content = slices.DeleteFunc(wanted.Content, func(node *yaml.Node) bool { return node == item })
	if len(wanted.Content) == 0 {
		e.emptied(list)
	}
	return nil
}

// dashed writes lines as one element of a list.
func dashed(indent string, texts []string) []string { return under(indent+"- ", indent+"  ", texts) }

// under indents lines; the first one goes behind what stands before it already.
func under(head, indent string, texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = indent + text
		if i == 0 {
			all[i] = head + text
		}
	}
	return all
}
