package brokerd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
)

// field is one value of broker.yaml.
type field struct {
	name     string // as it is written, sections before it: "tls.key"
	value    *string
	optional bool
}

// fields is everything that broker.yaml may say, but for the features.
func (c *config) fields() []field {
	return []field{
		{name: "apiVersion", value: &c.APIVersion},
		{name: "kind", value: &c.Kind},
		{name: "listen", value: &c.Listen},
		{name: "url", value: &c.URL},
		{name: "tls.certificate", value: &c.TLS.Certificate},
		{name: "tls.key", value: &c.TLS.Key},
		{name: "catalog", value: &c.Catalog},
		{name: "ledger", value: &c.Ledger},
		{name: "saml.entityID", value: &c.SAML.EntityID, optional: true},
		{name: "saml.certificate", value: &c.SAML.Certificate},
		{name: "saml.key", value: &c.SAML.Key},
	}
}

// decoder reads the one document of the file and keeps all that is wrong with it.
type decoder struct {
	path   string
	config config
	lines  map[string]int // where each field stands
	wrong  []error
}

// decodeConfig reads the text strictly: a field that is not known, is there twice
// or is not of its kind is an error.
func decodeConfig(path string, text []byte) (config, map[string]int, []error) {
	d := decoder{path: path, lines: map[string]int{}}
	var document, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(text))
	switch err := documents.Decode(&document); {
	case errors.Is(err, io.EOF):
		return d.config, d.lines, []error{fmt.Errorf("%s:1: the file is empty", path)}
	case err != nil:
		return d.config, d.lines, []error{fmt.Errorf("%s:%s", path, position(err))}
	}
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		d.fail(max(second.Line, 1), "there is a second document")
	}
	d.section("", document.Content[0])
	return d.config, d.lines, d.wrong
}

// position turns "yaml: line 3: ..." into "3: ...".
func position(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(text, "line "); found {
		return rest
	}
	return "1: " + text
}

func (d *decoder) fail(line int, format string, args ...any) {
	d.wrong = append(d.wrong, fmt.Errorf("%s:%d: %s", d.path, line, fmt.Sprintf(format, args...)))
}

// section reads a mapping whose fields' names begin with prefix.
func (d *decoder) section(prefix string, node *yaml.Node) {
	if node.ShortTag() == "!!null" {
		return // a section that is left empty
	}
	if node.Kind != yaml.MappingNode {
		what := "the file"
		if prefix != "" {
			what = strings.TrimSuffix(prefix, ".")
		}
		d.fail(node.Line, "%s must be a mapping of fields", what)
		return
	}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := prefix + key.Value
		if d.lines[name] != 0 {
			d.fail(key.Line, "%s is there already, in line %d", name, d.lines[name])
			continue
		}
		d.lines[name] = key.Line
		switch {
		case name == "tls" || name == "saml" || name == "features":
			d.section(name+".", value)
		case prefix == "features.":
			d.feature(key, value)
		default:
			d.scalar(name, key, value)
		}
	}
}

func (d *decoder) scalar(name string, key, value *yaml.Node) {
	fields := d.config.fields()
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	switch {
	case i < 0:
		var known []string
		for _, f := range fields {
			known = append(known, f.name)
		}
		d.fail(key.Line, "there is no field %q; known are %s, features", name, strings.Join(known, ", "))
	case value.Kind != yaml.ScalarNode:
		d.fail(value.Line, "%s must be a single value", name)
	case value.ShortTag() != "!!null":
		*fields[i].value = strings.TrimSpace(value.Value)
	}
}

func (d *decoder) feature(key, value *yaml.Node) {
	on, err := strconv.ParseBool(value.Value)
	switch {
	case !slices.Contains(britiveapi.Features(), key.Value):
		d.fail(key.Line, "there is no feature %q; known are %s", key.Value, strings.Join(britiveapi.Features(), ", "))
	case value.ShortTag() != "!!bool" || err != nil:
		d.fail(value.Line, "features.%s must be true or false", key.Value)
	default:
		if d.config.Features == nil {
			d.config.Features = map[string]bool{}
		}
		d.config.Features[key.Value] = on
	}
}
