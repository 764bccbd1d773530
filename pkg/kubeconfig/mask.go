package kubeconfig

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// masked stands where a secret was.
const masked = "[secret]"

// Masked returns a kubeconfig to be shown: line by line as it is, but for what
// users offer to clusters. Of a user only what is known to be no secret is shown,
// in whatever style it is written. A file that is no kubeconfig is not shown.
func Masked(data []byte) []byte {
	m := mask{secret: map[*yaml.Node]bool{}}
	text, marked := strings.CutPrefix(string(data), bom)
	d, err := parseWhole("", []byte(text))
	if err != nil {
		return []byte(masked + "\n")
	}
	for _, item := range items(get(d.root, users)) {
		m.pick(item, map[string]func(*yaml.Node){"name": shown, "user": m.user})
	}
	m.place(d.root)
	lines := strings.SplitAfter(text, "\n")
	hidden := -1 // the last line that was
	for i, node := range m.nodes {
		if !m.secret[node] {
			continue
		}
		if at := line(node); at != hidden {
			put(lines, at, string([]rune(lines[at])[:column(node)]))
			hidden = at
		}
		hideBelow(lines, node, m.next(i))
	}
	if text = strings.Join(lines, ""); marked {
		text = bom + text
	}
	return []byte(text)
}

// mask collects the scalars of a file that are not to be shown.
type mask struct {
	secret map[*yaml.Node]bool
	nodes  []*yaml.Node // all of the file, in its order
}

func shown(*yaml.Node) {}

// all takes every scalar of a tree.
func (m *mask) all(node *yaml.Node) {
	node = follow(node)
	if node.Kind == yaml.ScalarNode && node.Value != "" {
		m.secret[node] = true
	}
	for i, child := range node.Content {
		if node.Kind != yaml.MappingNode || i%2 == 1 {
			m.all(child)
		}
	}
}

// pick goes through a mapping: a key that is not listed holds secrets.
func (m *mask) pick(mapping *yaml.Node, by map[string]func(*yaml.Node)) {
	mapping = follow(mapping)
	if mapping.Kind == yaml.SequenceNode { // of merged mappings
		for _, one := range mapping.Content {
			m.pick(one, by)
		}
		return
	}
	if mapping.Kind != yaml.MappingNode {
		m.all(mapping)
		return
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i].Value, mapping.Content[i+1]
		switch look := by[key]; {
		case key == "<<":
			m.pick(value, by)
		case look != nil:
			look(value)
		default:
			m.all(value)
		}
	}
}

func (m *mask) user(body *yaml.Node) {
	m.pick(body, map[string]func(*yaml.Node){
		"client-certificate": shown, "client-certificate-data": shown, "client-key": shown, "tokenFile": shown,
		"username": shown, "as": shown, "as-uid": shown, "as-groups": shown, "exec": m.exec,
		"auth-provider": func(node *yaml.Node) { m.pick(node, map[string]func(*yaml.Node){"name": shown}) },
	})
}

func (m *mask) exec(node *yaml.Node) {
	m.pick(node, map[string]func(*yaml.Node){
		"apiVersion": shown, "command": shown, "installHint": shown, "interactiveMode": shown, "provideClusterInfo": shown,
		"args": m.args,
		"env": func(list *yaml.Node) {
			for _, variable := range items(list) {
				m.pick(variable, map[string]func(*yaml.Node){"name": shown})
			}
		},
	})
}

// secretFlag matches a flag whose value is a secret, with or without that.
var secretFlag = regexp.MustCompile(`(?i)^-.*(?:secret|secret-id|password|passphrase|token|api-?key)(=.*)?$`)

// args takes the secrets of a command line: "--client-secret=X" and "--token X".
func (m *mask) args(list *yaml.Node) {
	before := false
	for _, arg := range items(list) {
		found := secretFlag.FindStringSubmatch(arg.Value)
		if before || found != nil && found[1] != "" {
			m.all(arg)
		}
		before = found != nil && found[1] == ""
	}
}

func (m *mask) place(node *yaml.Node) {
	m.nodes = append(m.nodes, node)
	for _, child := range node.Content {
		m.place(child)
	}
}

// next is the line in which the first node begins that stands below this one.
func (m *mask) next(i int) int {
	for _, node := range m.nodes[i+1:] {
		if node.Line > m.nodes[i].Line {
			return line(node)
		}
	}
	return -1
}

// hideBelow masks what of a scalar stands below its first line, up to the next
// node's.
func hideBelow(lines []string, node *yaml.Node, next int) {
	if next < 0 {
		next = len(lines)
	}
	for i := line(node) + 1; i < next; i++ {
		text := lines[i]
		comment := bare(text) && (indentOf(text) == 0 || node.Style == 0)
		if strings.TrimSpace(text) != "" && !comment {
			put(lines, i, text[:indentOf(text)])
		}
	}
}

// put masks a line behind its head, and leaves its ending.
func put(lines []string, i int, head string) {
	text := strings.TrimRight(lines[i], "\r\n")
	lines[i] = head + masked + lines[i][len(text):]
}
