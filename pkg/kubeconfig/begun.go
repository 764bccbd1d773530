package kubeconfig

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Heads are the lines of keys of the file as they were before they were begun: an
// empty list that got its first element, a current context that was none. "" is for
// a key that was not there.
type Heads map[string]string

// empty matches a value that is none, and the comment behind it.
var empty = regexp.MustCompile(`^:\s*(?:null|Null|NULL|~|\[\s*\]|\{\s*\})?\s*(#.*)?$`)

// filled is what the line of an empty list becomes when it gets elements.
func filled(text, list string) (head string, ok bool) {
	found := empty.FindStringSubmatch(strings.TrimPrefix(text, list))
	if found == nil {
		return "", false
	}
	head = list + ":"
	if found[1] != "" {
		head += " " + found[1]
	}
	return head, true
}

// begun fills a list that is written as empty: `users: []`, `users:` or null.
func (e *editor) begun(key, value *yaml.Node, list string, item *yaml.Node, texts []string) error {
	text := e.lines.At(line(key))
	head, ok := filled(text[column(key):], list)
	if !ok || value.Kind == yaml.SequenceNode && value.Line != key.Line {
		return e.refuse(key.Line, "the empty list %s is not written on one line", list)
	}
	e.heads[list] = text
	e.splice(line(key), line(key)+1, append([]string{text[:column(key)] + head}, dashed("", texts)...)...)
	e.wantKey(e.root, list, listNode(item))
	return nil
}

// headBack writes the line of a key as it was before, where it is still the one that
// was begun.
func (e *editor) headBack(name, begun string) (done bool) {
	was, noted := e.heads[name]
	key, _ := own(e.root, name)
	if !noted || key == nil || e.lines.At(line(key)) != begun {
		return false
	}
	if was == "" {
		e.splice(line(key), line(key)+1)
		e.wantKey(e.root, name, nil)
		return true
	}
	var before yaml.Node
	if yaml.Unmarshal([]byte(was), &before) != nil || len(before.Content) != 1 {
		return false
	}
	_, value := own(before.Content[0], name)
	if value == nil {
		return false
	}
	e.splice(line(key), line(key)+1, was)
	e.wantKey(e.root, name, value)
	return true
}

// emptied is for a list that has lost its last element.
func (e *editor) emptied(list string) {
	begun := list + ":"
	if was := e.heads[list]; was != "" {
		begun, _ = filled(strings.TrimLeft(was, " "), list)
		begun = was[:indentOf(was)] + begun
	}
	if e.headBack(list, begun) {
		return
	}
	key, _ := own(e.root, list)
	at := e.lines.At(line(key))
	end := column(key) + len(list) + len(":")
	e.splice(line(key), line(key)+1, at[:end]+" []"+at[end:])
}

// noCurrent is for a file whose current context is gone.
func (e *editor) noCurrent(name string) error {
	begun := "current-context: " + scalar(name)
	if was := e.heads["current-context"]; was != "" {
		_, before := own(e.root, "current-context")
		if before != nil {
			begun = was[:indentOf(was)] + begun + behind(was, "")
		}
	}
	if e.headBack("current-context", begun) {
		return nil
	}
	return e.setText(e.root, "current-context", "")
}

// nothing takes the last keys out of a file that had none.
func (e *editor) nothing() {
	names := []string{"apiVersion", "kind"}
	for _, name := range names {
		if was, noted := e.heads[name]; !noted || was != "" {
			return
		}
	}
	left := e.want(e.root).Content
	for i := 0; i < len(left); i += 2 {
		if !slices.Contains(names, left[i].Value) {
			return
		}
	}
	for name, begun := range map[string]string{"apiVersion": "apiVersion: v1", "kind": "kind: Config"} {
		e.headBack(name, begun)
	}
}
