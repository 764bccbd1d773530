package kubeconfig

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// replaced is what a change of a user took out: the text of the key `user` with
// its value, or nothing. That text begins in the column.
type replaced struct {
	original []string
	column   int
	ours     bool // it was a call of ours already
	written  bool // something was replaced
}

// setUser puts exec in the place of all that the user offered.
func (e *editor) setUser(name string, exec Exec) (replaced, error) {
	item := e.find(users, name)
	if item == nil {
		return replaced{}, e.addUser(name, exec)
	}
	body := get(item, "user")
	old := readExec(get(body, "exec"))
	if old != nil && old.Equal(exec) && only(body, "exec") {
		return replaced{}, nil
	}
	r := replaced{ours: old != nil && old.Ours(), written: true}
	if key, _ := own(item, "user"); key == nil {
		return r, e.addBody(item, exec)
	}
	from, to, head, err := e.region(item, "user")
	if err != nil {
		return r, err
	}
	r.column = len(head)
	r.original = e.lines.Range(from, to)
	r.original[0] = r.original[0][len(head):]
	texts := userLines(exec)
	if key, value := own(item, "user"); r.ours { // else they are part of the original
		texts = e.commentsIn(from, to, key, value).put(texts)
	}
	e.splice(from, to, under(head, strings.Repeat(" ", len(head)), texts)...)
	e.wantKey(item, "user", userNode(exec))
	return r, nil
}

// addBody is for a user entry that has a name only.
func (e *editor) addBody(item *yaml.Node, exec Exec) error {
	_, _, head, err := e.region(item, "name")
	if err != nil {
		return err
	}
	last := item.Content[len(item.Content)-1]
	to := e.extent(last, line(item.Content[len(item.Content)-2]), len(head))
	indent := strings.Repeat(" ", len(head))
	e.splice(to, to, under(indent, indent, userLines(exec))...)
	e.wantKey(item, "user", userNode(exec))
	return nil
}

func (e *editor) addUser(name string, exec Exec) error {
	if e.find(users, name) != nil {
		_, err := e.setUser(name, exec)
		return err
	}
	item := mapNode(textNode("name"), textNode(name), textNode("user"), userNode(exec))
	return e.appended(users, item, append([]string{"name: " + scalar(name)}, userLines(exec)...))
}

// addContext leaves a context that is there as it is.
func (e *editor) addContext(name, cluster, namespace string) error {
	if e.find(contexts, name) != nil {
		return nil
	}
	body := mapNode(textNode("cluster"), textNode(cluster), textNode("user"), textNode(name))
	texts := []string{"name: " + scalar(name), "context:", "  cluster: " + scalar(cluster)}
	if namespace != "" {
		body.Content = append(body.Content, textNode("namespace"), textNode(namespace))
		texts = append(texts, "  namespace: "+scalar(namespace))
	}
	item := mapNode(textNode("name"), textNode(name), textNode("context"), body)
	return e.appended(contexts, item, append(texts, "  user: "+scalar(name)))
}

// setContextUser makes a context use another user. It returns the text that named
// the old one, from the key on; "" where there was none.
func (e *editor) setContextUser(name, user string) (was string, err error) {
	item := e.find(contexts, name)
	_, body := own(item, "context")
	if body == nil || flow(body) || body.Kind != yaml.MappingNode || body.Anchor != "" {
		return "", e.refuse(item.Line, "context %q is not written line by line, or has an anchor", name)
	}
	if key, _ := own(body, "user"); key != nil {
		was = e.lines.At(line(key))[column(key):]
	}
	return was, e.setText(body, "user", user)
}

// contextUserBack undoes setContextUser, byte for byte where nobody wrote into the
// line since.
func (e *editor) contextUserBack(kept Original) error {
	_, body := own(e.find(contexts, kept.Context), "context")
	key, _ := own(body, "user")
	if key == nil || flow(body) || len(body.Content) == 2 && kept.WasLine == "" {
		_, err := e.setContextUser(kept.Context, kept.Was)
		return err
	}
	at, text := line(key), e.lines.At(line(key))
	head, ours := text[:column(key)], "user: "+scalar(kept.User)
	was, err := kept.line()
	switch written := text[column(key):]; {
	case err != nil || strings.Trim(head, " ") != "":
	case was == nil && kept.Was == "" && written == ours:
		e.splice(at, at+1)
		e.wantKey(body, "user", nil)
		return nil
	case was != nil && written == ours+behind(kept.WasLine, kept.Was):
		e.splice(at, at+1, head+kept.WasLine)
		e.wantKey(body, "user", was)
		return nil
	}
	return e.setText(body, "user", kept.Was)
}

// setText sets a key of a mapping to a text. A comment behind the old one stays.
func (e *editor) setText(mapping *yaml.Node, name, value string) error {
	key, old := own(mapping, name)
	if old != nil && old.Value == value && !null(old) {
		return nil
	}
	if key == nil {
		first := mapping.Content[0]
		at := line(first)
		e.splice(at, at, strings.Repeat(" ", column(first))+name+": "+scalar(value))
		e.wantKey(mapping, name, textNode(value))
		return nil
	}
	if old.Kind != yaml.ScalarNode || old.Anchor != "" || !null(old) && old.Line != key.Line {
		return e.refuse(key.Line, "%s is not a text on one line", name)
	}
	text := e.lines.At(line(key))
	e.splice(line(key), line(key)+1, text[:column(key)]+name+": "+scalar(value)+behind(text, old.Value))
	e.wantKey(mapping, name, textNode(value))
	return nil
}

// behind is the comment behind a value in its line, with the blanks before it.
func behind(text, value string) string {
	if i := strings.Index(text, " #"); i >= 0 && !strings.Contains(value, " #") {
		return text[len(strings.TrimRight(text[:i], " ")):]
	}
	return ""
}

// addAll adds a cluster with all that leads to it.
func (e *editor) addAll(c NewCluster, exec Exec, makeCurrent bool) error {
	if len(e.root.Content) == 0 {
		e.heads["apiVersion"], e.heads["kind"] = "", ""
		e.addKey("apiVersion", textNode("v1"), "apiVersion: v1")
		e.addKey("kind", textNode("Config"), "kind: Config")
	}
	if err := e.addCluster(c); err != nil {
		return err
	}
	if err := e.addContext(c.Name, c.Name, ""); err != nil {
		return err
	}
	if err := e.addUser(c.Name, exec); err != nil {
		return err
	}
	if !makeCurrent {
		return nil
	}
	e.heads["current-context"] = ""
	if key, _ := own(e.root, "current-context"); key != nil {
		e.heads["current-context"] = e.lines.At(line(key))
		return e.setText(e.root, "current-context", c.Name)
	}
	e.addKey("current-context", textNode(c.Name), "current-context: "+scalar(c.Name))
	return nil
}

func (e *editor) addCluster(c NewCluster) error {
	if e.find(clusters, c.Name) != nil {
		return nil
	}
	ca := base64.StdEncoding.EncodeToString(c.CAData)
	body := mapNode(textNode("server"), textNode(c.Server), textNode("certificate-authority-data"), textNode(ca))
	return e.appended(clusters, mapNode(textNode("name"), textNode(c.Name), textNode("cluster"), body), []string{
		"name: " + scalar(c.Name), "cluster:", "  certificate-authority-data: " + scalar(ca), "  server: " + scalar(c.Server),
	})
}

// userLines are the lines of a user's body.
func userLines(x Exec) []string {
	texts := []string{"user:", "  exec:", "    apiVersion: " + scalar(x.APIVersion), "    args:"}
	for _, arg := range x.Args {
		texts = append(texts, "    - "+scalar(arg))
	}
	texts = append(texts, "    command: "+scalar(x.Command))
	if len(x.Env) > 0 {
		texts = append(texts, "    env:")
		for _, name := range slices.Sorted(maps.Keys(x.Env)) {
			texts = append(texts, "    - name: "+scalar(name), "      value: "+scalar(x.Env[name]))
		}
	}
	return append(texts, "    installHint: "+scalar(x.InstallHint), "    interactiveMode: "+scalar(x.InteractiveMode),
		"    provideClusterInfo: "+strconv.FormatBool(x.ProvideClusterInfo))
}

// userNode is what a reader of userLines finds.
func userNode(x Exec) *yaml.Node {
	args := listNode()
	for _, arg := range x.Args {
		args.Content = append(args.Content, textNode(arg))
	}
	if len(x.Args) == 0 {
		args = &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}
	}
	body := mapNode(textNode("apiVersion"), textNode(x.APIVersion), textNode("args"), args, textNode("command"), textNode(x.Command))
	if len(x.Env) > 0 {
		env := listNode()
		for _, name := range slices.Sorted(maps.Keys(x.Env)) {
			env.Content = append(env.Content, mapNode(textNode("name"), textNode(name), textNode("value"), textNode(x.Env[name])))
		}
		body.Content = append(body.Content, textNode("env"), env)
	}
	body.Content = append(body.Content, textNode("installHint"), textNode(x.InstallHint),
		textNode("interactiveMode"), textNode(x.InteractiveMode), textNode("provideClusterInfo"), boolNode(x.ProvideClusterInfo))
	return mapNode(textNode("exec"), body)
}

// scalar writes a text as a YAML scalar on one line, quoted where it must be.
func scalar(value string) string {
	node := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if strings.ContainsAny(value, "\n\r\t") {
		node.Style = yaml.DoubleQuotedStyle
	}
	text, err := yaml.Marshal(&node)
	if written := strings.TrimSuffix(string(text), "\n"); err == nil && !strings.Contains(written, "\n") {
		return written
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// only reports whether a mapping says nothing but this key.
func only(mapping *yaml.Node, key string) bool {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != key && !null(mapping.Content[i+1]) {
			return false
		}
	}
	return true
}
