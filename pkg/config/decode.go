package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// aliasName is what an alias may be called.
var aliasName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// ValidAlias reports whether an alias may be called so.
func ValidAlias(name string) bool { return aliasName.MatchString(name) }

// parse reads one YAML document; an empty one has no content.
func parse(path string, data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.DocumentNode}, nil
	}
	if err != nil {
		return nil, syntax(path, err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, syntax(path, err)
		}
		return nil, fault(path, &second, "a second document: one is all that is read")
	}
	return &document, nil
}

// yamlLine finds the line in what the YAML parser says of broken syntax. It names
// no column.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func syntax(path string, err error) error {
	text := err.Error()
	where := path
	if found := yamlLine.FindStringSubmatch(text); found != nil {
		text = text[len(found[0]):]
		if found[1] != "" {
			where += ":" + found[1]
		}
	}
	return jit.Errorf(jit.Invalid, "read the configuration", "%s: %s", where, text)
}

// fault is an error at a place in the file.
func fault(path string, node *yaml.Node, format string, args ...any) error {
	return jit.Errorf(jit.Invalid, "read the configuration", "%s:%d:%d: %s",
		path, node.Line, node.Column, fmt.Sprintf(format, args...))
}

// decode reads the file strictly: an unknown key is an error.
func decode(path string, data []byte) (*Config, error) {
	document, err := parse(path, data)
	if err != nil {
		return nil, err
	}
	c := &Config{Path: path}
	if len(document.Content) == 0 {
		return c, nil
	}
	d := decoder{path}
	known := map[string]field{
		"apiVersion": d.oneOf(new(string), apiVersion),
		"kind":       d.oneOf(new(string), kind),
		"tenants":    func(node *yaml.Node) (err error) { c.Tenants, err = each(d, node, d.tenant); return err },
		"aliases":    func(node *yaml.Node) (err error) { c.Aliases, err = each(d, node, d.alias); return err },
	}
	for _, s := range c.settings() {
		known[s.key] = d.oneOf(s.value, s.values...)
	}
	return c, d.fields(document.Content[0], known)
}

// decoder reads nodes and names the file in its errors.
type decoder struct{ path string }

// field reads the value of one key.
type field func(*yaml.Node) error

// pairs calls do for each key and value of a mapping. null is an empty mapping.
func (d decoder) pairs(node *yaml.Node, do func(key, value *yaml.Node) error) error {
	node = resolve(node)
	if node.ShortTag() == "!!null" {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		return fault(d.path, node, "want keys and values here")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			return fault(d.path, key, "want a name here")
		}
		if seen[key.Value] {
			return fault(d.path, key, "%q stands here twice", key.Value)
		}
		seen[key.Value] = true
		if err := do(key, resolve(node.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

func (d decoder) fields(node *yaml.Node, known map[string]field) error {
	return d.pairs(node, func(key, value *yaml.Node) error {
		read, ok := known[key.Value]
		if ok {
			return read(value)
		}
		var names []string
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
		if near := nearest.Names(key.Value, names); len(near) > 0 {
			return fault(d.path, key, "unknown key %q: did you mean %q?", key.Value, near[0])
		}
		return fault(d.path, key, "unknown key %q: there are %s", key.Value, strings.Join(names, ", "))
	})
}

// each reads a mapping of names to values that are alike.
func each[T any](d decoder, node *yaml.Node, read func(name, value *yaml.Node) (T, error)) (map[string]T, error) {
	all := map[string]T{}
	err := d.pairs(node, func(name, value *yaml.Node) error {
		one, err := read(name, value)
		all[name.Value] = one
		return err
	})
	return all, err
}

func (d decoder) text(to *string) field {
	return func(node *yaml.Node) error {
		if node.Kind != yaml.ScalarNode {
			return fault(d.path, node, "want a text here")
		}
		if node.ShortTag() != "!!null" {
			*to = node.Value
		}
		return nil
	}
}

// oneOf reads one of the values; where none are named, any text.
func (d decoder) oneOf(to *string, values ...string) field {
	return func(node *yaml.Node) error {
		if err := d.text(to)(node); err != nil {
			return err
		}
		if *to != "" && len(values) > 0 && !slices.Contains(values, *to) {
			return fault(d.path, node, "%q: want %s", *to, orList(values))
		}
		return nil
	}
}

func (d decoder) tenant(name, value *yaml.Node) (t Tenant, err error) {
	err = d.fields(value, map[string]field{
		"url":                  d.text(&t.URL),
		"certificateAuthority": d.text(&t.CertificateAuthority),
		"sso":                  d.text(&t.SSO),
		"federation":           d.text(&t.Federation),
	})
	if err != nil {
		return t, err
	}
	if t.URL == "" {
		return t, fault(d.path, name, "tenant %q has no url", name.Value)
	}
	if _, err := address(t.URL); err != nil {
		return t, fault(d.path, value, "tenant %q: %v", name.Value, errors.Unwrap(err))
	}
	return t, nil
}

func (d decoder) alias(name, value *yaml.Node) (a Alias, err error) {
	if !ValidAlias(name.Value) {
		return a, fault(d.path, name, "alias %q: a name is made of letters, digits, dots, dashes and underscores", name.Value)
	}
	if value.Kind == yaml.ScalarNode {
		err = d.text(&a.Profile)(value)
	} else {
		err = d.fields(value, map[string]field{
			"tenant": d.text(&a.Tenant), "profile": d.text(&a.Profile),
			"assume": func(node *yaml.Node) (err error) { a.Assume, err = d.roles(node); return err },
		})
	}
	if err != nil {
		return a, err
	}
	if _, err := jit.ParsePath(a.Profile); err != nil {
		return a, fault(d.path, value, "alias %q: %v", name.Value, err)
	}
	return a, nil
}

// roles reads a list of further roles.
func (d decoder) roles(node *yaml.Node) ([]jit.Role, error) {
	if node.ShortTag() == "!!null" {
		return nil, nil
	}
	if node.Kind != yaml.SequenceNode {
		return nil, fault(d.path, node, "want a list of roles here")
	}
	var roles []jit.Role
	for _, item := range node.Content {
		var r jit.Role
		err := d.fields(resolve(item), map[string]field{
			"role": d.text(&r.ARN), "externalId": d.text(&r.ExternalID), "region": d.text(&r.Region), "sessionName": d.text(&r.SessionName),
			"tags": func(node *yaml.Node) (err error) {
				r.Tags, err = each(d, node, func(_, value *yaml.Node) (text string, err error) {
					err = d.text(&text)(value)
					return text, err
				})
				return err
			},
		})
		if len(r.Tags) == 0 {
			r.Tags = nil
		}
		if err == nil && r.Check() != nil {
			err = fault(d.path, item, "%v", r.Check())
		}
		if err != nil {
			return nil, err
		}
		roles = append(roles, r)
	}
	return roles, nil
}

// resolve follows a YAML alias to what it stands for.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
