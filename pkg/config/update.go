package config

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// Update changes the file. Comments and order stay, and what the change does not
// touch keeps its value; blank lines and indentation become the YAML library's.
// The change sees paths as they stand in the file, and is called again when
// somebody else changed the file in the meantime. Codes: those of [Load], and of
// change.
func Update(ctx context.Context, path string, change func(*Config) error) error {
	if path == "" {
		return jit.Errorf(jit.Unavailable, "change the configuration", "there is no home folder to keep it in")
	}
	_, err := rewrite.File(ctx, path, func(old []byte) ([]byte, error) { return Edit(path, old, change) })
	return err
}

// Edit returns what [Update] would make of a file that holds old. The path is for
// messages.
func Edit(path string, old []byte, change func(*Config) error) ([]byte, error) {
	was, err := decode(path, old)
	if err != nil {
		return nil, err
	}
	wanted := clone(was)
	if err := change(wanted); err != nil {
		return nil, err
	}
	if same(was, wanted) {
		return old, nil
	}
	return encode(path, old, was, wanted)
}

func clone(c *Config) *Config {
	copied := *c
	copied.Tenants, copied.Aliases = maps.Clone(c.Tenants), maps.Clone(c.Aliases)
	return &copied
}

// same compares what the file would hold: an empty map is none.
func same(a, b *Config) bool {
	flat := func(c *Config) Config {
		f := *clone(c)
		if len(f.Tenants) == 0 {
			f.Tenants = nil
		}
		if len(f.Aliases) == 0 {
			f.Aliases = nil
		}
		return f
	}
	return reflect.DeepEqual(flat(a), flat(b))
}

// encode writes the wanted values into the nodes of the file, and reads the
// result again before it counts.
func encode(path string, old []byte, was, wanted *Config) ([]byte, error) {
	document, err := parse(path, old)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if len(document.Content) == 0 && len(old) > 0 { // nothing but comments
		out.Write(append(bytes.TrimRight(old, "\r\n"), '\n'))
	}
	root := rootOf(document)
	setText(root, "tenant", wanted.Tenant)
	setMap(root, "tenants", was.Tenants, wanted.Tenants, Tenant.node)
	setMap(root, "aliases", was.Aliases, wanted.Aliases, Alias.node)
	for _, s := range wanted.settings() {
		setText(root, s.key, *s.value)
	}
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(document); err != nil {
		return nil, jit.Errorf(jit.Internal, "change "+path, "%w", err)
	}
	got, err := decode(path, out.Bytes())
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, "change "+path, "it would not be readable any more: %w", err)
	}
	if !same(got, wanted) {
		return nil, jit.Errorf(jit.Invalid, "change "+path, "its form does not allow it (YAML anchors?): edit it by hand")
	}
	return out.Bytes(), nil
}

// rootOf returns the mapping of the file, and begins one where there is none.
func rootOf(document *yaml.Node) *yaml.Node {
	if len(document.Content) == 1 && document.Content[0].Kind == yaml.MappingNode {
		return document.Content[0]
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	document.Content = []*yaml.Node{root}
	setText(root, "apiVersion", apiVersion)
	setText(root, "kind", kind)
	return root
}

// find returns the index of a key in a mapping, or -1.
func find(mapping *yaml.Node, key string) int {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func set(mapping *yaml.Node, key string, value *yaml.Node) {
	if i := find(mapping, key); i >= 0 {
		value.LineComment = mapping.Content[i+1].LineComment
		mapping.Content[i+1] = value
		return
	}
	mapping.Content = append(mapping.Content, text(key), value)
}

func drop(mapping *yaml.Node, key string) {
	if i := find(mapping, key); i >= 0 {
		mapping.Content = slices.Delete(mapping.Content, i, i+2)
	}
}

func text(value string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(value)
	return node
}

func setText(mapping *yaml.Node, key, value string) {
	if i := find(mapping, key); i >= 0 && resolve(mapping.Content[i+1]).Value == value {
		return
	}
	if value == "" {
		drop(mapping, key)
		return
	}
	set(mapping, key, text(value))
}

// setMap changes the entries that differ, adds new ones in order of their names
// and drops those that are gone.
func setMap[T any](root *yaml.Node, key string, was, wanted map[string]T, node func(T) *yaml.Node) {
	i := find(root, key)
	if i < 0 && len(wanted) == 0 {
		return
	}
	if i < 0 || resolve(root.Content[i+1]).Kind != yaml.MappingNode {
		set(root, key, &yaml.Node{Kind: yaml.MappingNode})
		i = find(root, key)
	}
	mapping := resolve(root.Content[i+1])
	for j := len(mapping.Content) - 2; j >= 0; j -= 2 {
		if _, ok := wanted[mapping.Content[j].Value]; !ok {
			mapping.Content = slices.Delete(mapping.Content, j, j+2)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if before, ok := was[name]; !ok || !reflect.DeepEqual(before, wanted[name]) {
			set(mapping, name, node(wanted[name]))
		}
	}
	if len(mapping.Content) > 0 {
		mapping.Style &^= yaml.FlowStyle // {} was an empty one
	}
}

func (t Tenant) node() *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	setText(node, "url", t.URL)
	setText(node, "certificateAuthority", t.CertificateAuthority)
	setText(node, "sso", t.SSO)
	setText(node, "federation", t.Federation)
	return node
}

func (a Alias) node() *yaml.Node {
	if a.Tenant == "" && len(a.Assume) == 0 {
		return text(a.Profile)
	}
	node := &yaml.Node{Kind: yaml.MappingNode}
	setText(node, "tenant", a.Tenant)
	setText(node, "profile", a.Profile)
	if len(a.Assume) > 0 {
		roles := &yaml.Node{Kind: yaml.SequenceNode}
		for _, role := range a.Assume {
			roles.Content = append(roles.Content, roleNode(role))
		}
		set(node, "assume", roles)
	}
	return node
}

func roleNode(r jit.Role) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	setText(node, "role", r.ARN)
	setText(node, "externalId", r.ExternalID)
	if len(r.Tags) > 0 {
		tags := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
			set(tags, key, text(r.Tags[key]))
		}
		set(node, "tags", tags)
	}
	setText(node, "sessionName", r.SessionName)
	setText(node, "region", r.Region)
	return node
}
