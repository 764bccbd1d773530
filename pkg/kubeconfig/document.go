package kubeconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// The lists of a kubeconfig.
const (
	clusters = "clusters"
	contexts = "contexts"
	users    = "users"
)

const (
	bom = "\uFEFF"

	// breaks end a line in YAML 1.1 only.
	breaks = "\u0085\u2028\u2029"
)

// document is one kubeconfig file, parsed.
type document struct {
	path string
	data []byte
	text string     // the same
	root *yaml.Node // a mapping, empty where the file is
	more bool       // a second YAML document follows, which kubectl does not read

	pieces pieces // set where the file was parsed in pieces
}

// at is an error at a line of the file, counted from 1.
func at(path string, line int, format string, args ...any) error {
	return jit.Errorf(jit.Invalid, "read the kubeconfig", "%s:%d: %s", path, line, fmt.Sprintf(format, args...))
}

// yamlError is how the YAML parser begins its errors.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func syntax(path string, err error) error {
	text, where := err.Error(), path
	if found := yamlError.FindStringSubmatch(text); found != nil {
		text = text[len(found[0]):]
		if found[1] != "" {
			where += ":" + found[1]
		}
	}
	return jit.Errorf(jit.Invalid, "read the kubeconfig", "%s: %s", where, text)
}

// parse reads a kubeconfig. What kubectl cannot read is an error that names file
// and line.
func parse(path string, data []byte) (*document, error) {
	if d := parsePieces(path, data, nil); d != nil {
		return d, d.check()
	}
	return parseWhole(path, data)
}

func parseWhole(path string, data []byte) (*document, error) {
	d := &document{path: path, data: data, text: string(data), root: mapNode()}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var tree, second yaml.Node
	err := decoder.Decode(&tree)
	if errors.Is(err, io.EOF) {
		return d, nil
	}
	if err != nil {
		return nil, syntax(path, err)
	}
	d.more = !errors.Is(decoder.Decode(&second), io.EOF)
	if root := tree.Content[0]; !null(root) {
		d.root = root
	}
	return d, d.check()
}

// check holds the file to the shape of a kubeconfig, as far as we read it.
func (d *document) check() error {
	if d.root.Kind != yaml.MappingNode {
		return at(d.path, d.root.Line, "this is no kubeconfig")
	}
	if strings.Contains(d.text, "*") { // few files have an alias
		if alias := endless(d.root, nil); alias != nil {
			return at(d.path, alias.Line, "%q holds itself", "&"+alias.Value)
		}
	}
	for _, list := range []string{clusters, contexts, users} {
		node := get(d.root, list)
		if null(node) {
			continue
		}
		if node.Kind != yaml.SequenceNode {
			return at(d.path, node.Line, "%s is not a list", list)
		}
		for _, item := range node.Content {
			if follow(item).Kind != yaml.MappingNode {
				return at(d.path, item.Line, "an element of %s is not a mapping with a name", list)
			}
		}
	}
	return nil
}

// endless returns the alias of an anchor that it stands in itself, or nil. Whoever
// follows one comes to no end.
func endless(node *yaml.Node, within []*yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && slices.Contains(within, node.Alias) {
		return node
	}
	if node.Anchor != "" {
		within = append(within, node)
	}
	for _, child := range node.Content {
		if alias := endless(child, within); alias != nil {
			return alias
		}
	}
	return nil
}

// find returns the element of a list that has this name, or nil.
func (d *document) find(list, name string) *yaml.Node {
	for _, item := range items(get(d.root, list)) {
		if text(get(item, "name")) == name {
			return item
		}
	}
	return nil
}

// editable refuses the shapes in which lines cannot be cut and inserted safely.
func (d *document) editable() error {
	if !utf8.Valid(d.data) || bytes.IndexByte(d.data, 0) >= 0 {
		return d.refuse(1, "it is not UTF-8 text")
	}
	if d.more {
		return d.refuse(1, "it holds several YAML documents")
	}
	if flow(d.root) {
		return d.refuse(d.root.Line, "it is written as JSON or in YAML's flow style")
	}
	if err := d.plainLines(); err != nil {
		return err
	}
	if err := d.once(d.root); err != nil {
		return err
	}
	for _, list := range []string{clusters, contexts, users} {
		seen := map[string]int{}
		for _, item := range items(get(d.root, list)) {
			name := text(get(item, "name"))
			if first, ok := seen[name]; ok {
				return d.refuse(item.Line, "%s has %q twice (first in line %d)", list, name, first)
			}
			seen[name] = item.Line
		}
	}
	return nil
}

// plainLines refuses what is a line break or an indentation to some readers of
// YAML and not to others.
func (d *document) plainLines() error {
	odd := bytes.ContainsRune(d.data, '\t') || bytes.Count(d.data, []byte("\r")) != bytes.Count(d.data, []byte("\r\n"))
	for _, r := range breaks {
		odd = odd || bytes.ContainsRune(d.data, r)
	}
	if !odd {
		return nil
	}
	lines := rewrite.Cut(d.text)
	for i := range lines.Len() {
		text := lines.At(i)
		if strings.ContainsAny(text, "\r"+breaks) {
			return d.refuse(i+1, "it has an unusual line break")
		}
		if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; len(indent) < len(text) && strings.Contains(indent, "\t") {
			return d.refuse(i+1, "it is indented with a tab")
		}
	}
	return nil
}

// once refuses a mapping that has a key twice.
func (d *document) once(mapping *yaml.Node) error {
	seen := map[string]int{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		if first, ok := seen[key.Value]; ok {
			return d.refuse(key.Line, "%q stands there twice (first in line %d)", key.Value, first)
		}
		seen[key.Value] = key.Line
	}
	return nil
}

// refuse says why the file is left as it is.
func (d *document) refuse(line int, format string, args ...any) error {
	return jit.Errorf(jit.Invalid, "change the kubeconfig", "%s:%d: %s: it is left as it is", d.path, line, fmt.Sprintf(format, args...)).
		WithNext("kubectl config view --raw  # writes it in a form that can be edited")
}
