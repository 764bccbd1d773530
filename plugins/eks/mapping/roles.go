package mapping

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
)

// Mapping is one entry of mapRoles: who comes with this role is called so and is
// in these groups.
type Mapping struct {
	ARN      string   // as written; empty where the entry has none
	Username string   // a template, such as {{SessionNameRaw}}
	Groups   []string // in order
	Line     int      // in the text, from 1
}

// Node reports whether nodes come in by this entry.
func (m Mapping) Node() bool {
	return strings.Contains(m.Username, nodeName) || strings.HasPrefix(m.Username, "system:node:") ||
		slices.Contains(m.Groups, "system:nodes") || slices.Contains(m.Groups, "system:bootstrappers")
}

// Same reports whether two entries do the same. The case of an ARN does not count;
// its path does.
func (m Mapping) Same(other Mapping) bool {
	return strings.EqualFold(m.ARN, other.ARN) && m.Username == other.Username && slices.Equal(m.Groups, other.Groups)
}

// nodeName is the template that only an EC2 instance's session fills in.
const nodeName = "{{EC2PrivateDNSName}}"

// Roles is a text of mapRoles, parsed.
type Roles struct {
	text    string
	root    *yaml.Node // the list, nil where there is none yet
	more    bool       // a second YAML document follows, which nobody reads
	entries []entry
}

// entry is one element of the list.
type entry struct {
	Mapping
	node   *yaml.Node
	fields map[string]field // by name in lower case: their case does not count
	twice  []string         // fields that stand there twice, as first written
}

type field struct {
	key   string // as written
	value *yaml.Node
}

// Parse reads a text of mapRoles. Codes: invalid: it is no YAML, or no list. The
// authenticator then drops all of it, and nobody whom it maps can come in.
func Parse(text string) (*Roles, error) {
	r := &Roles{text: text}
	if slices.Contains([]string{"", "``", `""`, "''"}, strings.TrimSpace(text)) {
		return r, nil // the authenticator skips these
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var tree, second yaml.Node
	err := decoder.Decode(&tree)
	if errors.Is(err, io.EOF) {
		return r, nil
	}
	if err != nil {
		return nil, syntax(err)
	}
	r.more = !errors.Is(decoder.Decode(&second), io.EOF)
	root := follow(tree.Content[0])
	if null(root) {
		return r, nil
	}
	if root.Kind != yaml.SequenceNode {
		return nil, at(root.Line, "it is not a list")
	}
	r.root = root
	for _, item := range root.Content {
		r.entries = append(r.entries, readEntry(item))
	}
	return r, nil
}

// Mappings lists the entries in order. One that is no mapping has an empty ARN.
func (r *Roles) Mappings() []Mapping {
	all := make([]Mapping, len(r.entries))
	for i, e := range r.entries {
		all[i] = e.Mapping
	}
	return all
}

func readEntry(item *yaml.Node) entry {
	e := entry{node: item, Mapping: Mapping{Line: item.Line}, fields: map[string]field{}}
	body := follow(item)
	if body.Kind != yaml.MappingNode {
		return e
	}
	for i := 0; i+1 < len(body.Content); i += 2 {
		key := body.Content[i].Value
		name := strings.ToLower(key)
		if _, there := e.fields[name]; there {
			e.twice = append(e.twice, key)
		}
		e.fields[name] = field{key, follow(body.Content[i+1])}
	}
	e.ARN, e.Username = e.scalar("rolearn"), e.scalar("username")
	if groups := e.fields["groups"].value; groups != nil && groups.Kind == yaml.SequenceNode {
		for _, group := range groups.Content {
			e.Groups = append(e.Groups, follow(group).Value)
		}
	}
	return e
}

func (e entry) scalar(name string) string {
	value := e.fields[name].value
	if null(value) || value.Kind != yaml.ScalarNode {
		return ""
	}
	return value.Value
}

// last is the place of the entry that counts for a role, or -1: of several the
// last one wins.
func (r *Roles) last(arn string) int {
	for i, e := range slices.Backward(r.entries) {
		if SameRole(e.ARN, arn) {
			return i
		}
	}
	return -1
}

func follow(node *yaml.Node) *yaml.Node {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

func null(node *yaml.Node) bool {
	return node == nil || node.Kind == 0 || node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// at is an error at a line of the text.
func at(line int, format string, args ...any) *jit.Error {
	return jit.Errorf(jit.Invalid, "read aws-auth", "mapRoles:%d: %s", line, fmt.Sprintf(format, args...))
}

// yamlError is how the YAML parser begins its errors.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func syntax(err error) error {
	text := []byte(err.Error())
	where := ""
	if found := yamlError.FindSubmatch(text); found != nil {
		text = bytes.TrimPrefix(text, found[0])
		if len(found[1]) > 0 {
			where = ":" + string(found[1])
		}
	}
	return jit.Errorf(jit.Invalid, "read aws-auth", "mapRoles%s: %s: nobody whom it maps can come in", where, text)
}

// Undoable is what a role is mapped to now, for a command that is to bring it back
// later. Plain is false where no [Roles.Add] could write it: it stands there
// twice, or has fields, an ARN or a lack that Add does not write.
func (r *Roles) Undoable(arn string) (m Mapping, plain, there bool) {
	i := r.last(arn)
	if i < 0 {
		return Mapping{}, false, false
	}
	e := r.entries[i]
	count := 0
	for _, other := range r.entries {
		if SameRole(other.ARN, arn) {
			count++
		}
	}
	plain = count == 1 && len(e.unknown()) == 0 && writable("", e.Mapping) == nil
	return e.Mapping, plain, true
}
