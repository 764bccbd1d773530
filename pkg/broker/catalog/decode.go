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
	if node.Kind != yaml.ScalarNode {
		return wrong(node, "must be a single value")
	}
	t.Value, t.Line = strings.TrimSpace(node.Value), node.Line
	return nil
}

// item is a mapping and where it stands. Line 0 means that it was not given.
type item[T any] struct {
	Value T
	Line  int
}

// UnmarshalYAML implements [yaml.Unmarshaler]. It refuses unknown fields itself:
// a decoder's KnownFields does not reach into an Unmarshaler.
func (i *item[T]) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return wrong(node, "must be a mapping of fields")
	}
	i.Line = node.Line
	found := unknownFields(node, reflect.TypeFor[T]())
	err := node.Decode(&i.Value)
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		found = append(found, typed.Errors...)
	} else if err != nil {
		return err
	}
	if found == nil {
		return nil
	}
	return &yaml.TypeError{Errors: found}
}

func unknownFields(node *yaml.Node, of reflect.Type) (found []string) {
	var known []string
	for i := range of.NumField() {
		known = append(known, of.Field(i).Tag.Get("yaml"))
	}
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains(known, key.Value) {
			found = append(found, fmt.Sprintf("line %d: unknown field %q; known are %s", key.Line, key.Value, strings.Join(known, ", ")))
		}
	}
	return found
}

func wrong(node *yaml.Node, format string, args ...any) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: ", node.Line) + fmt.Sprintf(format, args...)}}
}

// decode reads one file. All its errors begin with "name:line: ".
func decode(name string, data []byte) (item[file], []error) {
	var f item[file]
	var node yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
		return f, []error{fmt.Errorf("%s:1: the file is empty", name)}
	} else if err != nil {
		return f, positioned(name, err)
	}
	if found := shape(&node); found != nil {
		return f, positioned(name, &yaml.TypeError{Errors: found})
	}
	if err := node.Decode(&f); err != nil {
		return f, positioned(name, err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return f, []error{fmt.Errorf("%s:%d: a second document; give it a file of its own", name, max(second.Line, 1))}
	}
	return f, nil
}

// shape refuses what is legal YAML and has no place in a catalog.
func shape(node *yaml.Node) (found []string) {
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return []string{fmt.Sprintf("line %d: anchors and aliases are not taken: use a tag", node.Line)}
	case node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null":
		return []string{fmt.Sprintf("line %d: an empty value; leave the field out", node.Line)}
	}
	for _, child := range node.Content {
		found = append(found, shape(child)...)
	}
	return found
}

// positioned turns the errors of the YAML library, "line 3: ...", into
// "name:3: ...", and names of our types into words.
func positioned(name string, err error) (errs []error) {
	lines := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines = typed.Errors
	}
	for _, line := range lines {
		if before, _, ok := strings.Cut(line, ": cannot unmarshal "); ok {
			line = before + ": must be a list"
		}
		if rest, ok := strings.CutPrefix(line, "line "); ok {
			errs = append(errs, fmt.Errorf("%s:%s", name, rest))
		} else {
			errs = append(errs, fmt.Errorf("%s:1: %s", name, line))
		}
	}
	return errs
}
