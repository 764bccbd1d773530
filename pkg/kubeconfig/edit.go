package kubeconfig

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// editor changes one file by whole lines, and notes what a reader must find
// afterwards.
type editor struct {
	*document
	lines rewrite.Lines
	want  map[string]any // the meaning of the file, with the changes in it
}

// edit prepares a change of a file's content.
func edit(path string, data []byte) (*editor, error) {
	d, err := parse(path, data)
	if err != nil {
		return nil, err
	}
	if err := d.editable(); err != nil {
		return nil, err
	}
	e := &editor{document: d, lines: rewrite.Cut(data), want: map[string]any{}}
	return e, d.meaning(e.want)
}

// meaning decodes the file.
func (d *document) meaning(into map[string]any) error {
	if err := d.root.Decode(&into); err != nil {
		return syntax(d.path, err)
	}
	return nil
}

// result is the new content. It is read again: where it means anything else than
// it must, the file is refused and stays as it is.
func (e *editor) result() ([]byte, error) {
	data := e.lines.Bytes()
	again, err := parse(e.path, data)
	if err != nil {
		return nil, e.refuse(1, "it cannot be edited by lines (%v)", err)
	}
	got := map[string]any{}
	if err := again.meaning(got); err != nil || !reflect.DeepEqual(got, e.want) {
		return nil, e.refuse(1, "it is written in a way that cannot be edited by lines")
	}
	return data, nil
}

// splice replaces lines and parses what comes of it, for the next step.
func (e *editor) splice(from, to int, texts ...string) error {
	e.lines = e.lines.Splice(from, to, texts...)
	next, err := parse(e.path, e.lines.Bytes())
	if err != nil {
		return e.refuse(from+1, "it cannot be edited by lines (%v)", err)
	}
	e.document = next
	return nil
}

// region is where the value of a key stands in an element of a list: the lines
// from the key's to the last one of its value. Comments and empty lines behind
// it are not part of it.
func (e *editor) region(list string, item *yaml.Node, key string) (from, to int, err error) {
	if flow(item) {
		return 0, 0, e.refuse(item.Line, "an element of %s is written in YAML's flow style", list)
	}
	k, _ := own(item, key)
	if k == nil {
		return 0, 0, e.refuse(item.Line, "an element of %s has no %s of its own", list, key)
	}
	from, to = line(k), e.lines.Len()
	for _, next := range e.starts(list) {
		if next > from {
			to = min(to, next)
		}
	}
	for i := 0; i+1 < len(item.Content); i += 2 {
		if next := line(item.Content[i]); next > from {
			to = min(to, next)
		}
	}
	for to > from+1 && bare(e.lines.At(to-1)) {
		to--
	}
	return from, to, nil
}

// starts are the lines at which something else begins: the elements of the list
// and the keys of the file.
func (e *editor) starts(list string) []int {
	var all []int
	for i := 0; i+1 < len(e.root.Content); i += 2 {
		all = append(all, line(e.root.Content[i]))
	}
	if node := get(e.root, list); node != nil {
		for _, item := range node.Content {
			all = append(all, line(item))
		}
	}
	return all
}

// bare reports whether a line holds nothing but a comment, or nothing.
func bare(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || strings.HasPrefix(text, "#") || text == "..."
}

// appended puts an element behind the last one of a list, or makes the list. The
// texts are the element's lines without dash and indent.
func (e *editor) appended(list string, texts []string) error {
	k, node := own(e.root, list)
	switch {
	case k == nil:
		return e.splice(e.end(), e.end(), append([]string{list + ":"}, dashed("", texts)...)...)
	case null(node) || node.Kind == yaml.SequenceNode && len(node.Content) == 0:
		return e.begun(k, node, list, texts)
	case node.Kind != yaml.SequenceNode || flow(node):
		return e.refuse(k.Line, "%s is written in YAML's flow style", list)
	}
	last := node.Content[len(node.Content)-1]
	if last.Kind != yaml.MappingNode || flow(last) || len(last.Content) < 2 {
		return e.refuse(last.Line, "the last element of %s is not written line by line", list)
	}
	indent, ok := dash(e.lines.At(line(last)))
	if !ok {
		return e.refuse(last.Line, "an element of %s does not begin with its dash", list)
	}
	to := e.lines.Len()
	for _, next := range e.starts(list) {
		if next > line(last) {
			to = min(to, next)
		}
	}
	for to > line(last)+1 && bare(e.lines.At(to-1)) {
		to--
	}
	return e.splice(to, to, dashed(indent, texts)...)
}

// begun fills a list that is written as empty: `users: []`, `users:` or null.
func (e *editor) begun(k, node *yaml.Node, list string, texts []string) error {
	at := line(k)
	if node != nil && node.Kind != 0 && node.Line != 0 && line(node) != at {
		return e.refuse(k.Line, "the empty list %s is written over several lines", list)
	}
	head := e.lines.At(at)
	comment := ""
	if i := strings.Index(head, " #"); i >= 0 {
		comment = head[i:]
	}
	return e.splice(at, at+1, append([]string{head[:column(k)] + list + ":" + comment}, dashed("", texts)...)...)
}

// end is where a new key of the file goes: behind its last line that says
// something.
func (e *editor) end() int {
	to := e.lines.Len()
	for to > 0 && bare(e.lines.At(to-1)) {
		to--
	}
	return to
}

// dash returns what stands before the dash of an element's first line.
func dash(text string) (indent string, ok bool) {
	rest := strings.TrimLeft(text, " ")
	return text[:len(text)-len(rest)], strings.HasPrefix(rest, "- ")
}

// dashed writes lines as one element of a list.
func dashed(indent string, texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = indent + "  " + text
		if i == 0 {
			all[i] = indent + "- " + text
		}
	}
	return all
}
