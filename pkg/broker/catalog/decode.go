package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// text is a scalar and where it stands. Line 0 means that it was not given.
type text struct {
	Value string
	Line  int
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (t *text) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		t.Value, t.Line = strings.TrimSpace(node.Value), node.Line
	}
	return nil
}

// item is a mapping and where it stands. Line 0 means that it was not given.
type item[T any] struct {
	Value T
	Line  int
}

// UnmarshalYAML implements [yaml.Unmarshaler]. It takes what it can: check has
// named every mistake before, and one must not hide those below it.
func (i *item[T]) UnmarshalYAML(node *yaml.Node) error {
	i.Line = node.Line
	_ = node.Decode(&i.Value)
	return nil
}

// decode reads one file. All its errors begin with "name:line: ". ok reports
// whether there is something to build on.
func decode(name string, data []byte) (f item[file], ok bool, errs []error) {
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return f, false, []error{fmt.Errorf("%s:1: the file is empty", name)}
	} else if err != nil {
		return f, false, []error{syntax(name, err)}
	}
	if err := decoder.Decode(&second); err == nil {
		return f, false, []error{fmt.Errorf("%s:%d: a second document; give it a file of its own", name, second.Line)}
	} else if !errors.Is(err, io.EOF) {
		return f, false, []error{syntax(name, err)}
	}
	for _, mistake := range check(document.Content[0], reflect.TypeFor[item[file]]()) {
		errs = append(errs, fmt.Errorf("%s:%s", name, mistake))
	}
	if err := document.Decode(&f); err != nil {
		errs = append(errs, syntax(name, err))
	}
	return f, true, errs
}

// syntax turns an error of the YAML library, "yaml: line 3: ...", into
// "name:3: ...".
func syntax(name string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		return fmt.Errorf("%s:%s", name, rest)
	}
	return fmt.Errorf("%s:1: %s", name, message)
}

// check compares a node with the type that it is for: text, item or a slice of
// these. It returns every mistake as "line: what". The library's own strictness
// does not reach into an Unmarshaler and speaks of Go types.
func check(node *yaml.Node, want reflect.Type) []string {
	wrong := func(format string, args ...any) []string {
		return []string{fmt.Sprintf("%d: ", node.Line) + fmt.Sprintf(format, args...)}
	}
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return wrong("anchors and aliases are not taken: use a tag of users")
	case node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null":
		return wrong("an empty value; leave the field out")
	case want == reflect.TypeFor[text]():
		if node.Kind != yaml.ScalarNode {
			return wrong("must be a single value")
		}
	case want.Kind() == reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			return wrong("must be a list")
		}
		var mistakes []string
		for _, child := range node.Content {
			mistakes = append(mistakes, check(child, want.Elem())...)
		}
		return mistakes
	case node.Kind != yaml.MappingNode:
		return wrong("must be a mapping of fields")
	default:
		return checkFields(node, want.Field(0).Type)
	}
	return nil
}

// checkFields compares a mapping with a struct: unknown fields, fields given
// twice, and what is below.
func checkFields(node *yaml.Node, want reflect.Type) (mistakes []string) {
	var known []string
	for i := range want.NumField() {
		known = append(known, want.Field(i).Tag.Get("yaml"))
	}
	first := map[string]int{}
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		at := slices.Index(known, key.Value)
		switch line, twice := first[key.Value]; {
		case at < 0:
			mistakes = append(mistakes, fmt.Sprintf("%d: unknown field %q; known are %s", key.Line, key.Value, strings.Join(known, ", ")))
		case twice:
			mistakes = append(mistakes, fmt.Sprintf("%d: field %q was given at line %d already", key.Line, key.Value, line))
		default:
			first[key.Value] = key.Line
			mistakes = append(mistakes, check(node.Content[i+1], want.Field(at).Type)...)
		}
	}
	return mistakes
}
