package kubeconfig

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// replaced is what a change of a user took out, and what it put in.
type replaced struct {
	original, ours []string
	again          bool // what was taken out was an older entry of ours
}

// setUser puts exec in the place of all that the user offered.
func (e *editor) setUser(name string, exec Exec) (replaced, error) {
	item := e.find(users, name)
	if item == nil {
		return replaced{}, e.addUser(name, exec)
	}
	old := readExec(get(get(item, "user"), "exec"))
	if old != nil && old.Equal(exec) && len(keys(get(item, "user"))) == 1 {
		return replaced{}, nil
	}
	if k, _ := own(item, "user"); k == nil {
		return replaced{}, e.addUserBody(item, name, exec)
	}
	from, to, err := e.region(users, item, "user")
	if err != nil {
		return replaced{}, err
	}
	k, _ := own(item, "user")
	head := e.lines.At(from)[:column(k)]
	if strings.Trim(head, " -") != "" {
		return replaced{}, e.refuse(k.Line, "user does not begin its line")
	}
	texts := under(head, strings.Repeat(" ", column(k)), userLines(exec))
	r := replaced{original: e.lines.Range(from, to), ours: texts, again: old != nil && old.Ours()}
	e.wantUser(name, exec)
	return r, e.splice(from, to, texts...)
}

// addUserBody is for a user entry that has a name only.
func (e *editor) addUserBody(item *yaml.Node, name string, exec Exec) error {
	if flow(item) || len(item.Content) == 0 {
		return e.refuse(item.Line, "an element of %s is written in YAML's flow style", users)
	}
	k, _ := own(item, "name")
	_, to, err := e.region(users, item, "name")
	if err != nil {
		return err
	}
	indent := strings.Repeat(" ", column(k))
	e.wantUser(name, exec)
	return e.splice(to, to, under(indent, indent, userLines(exec))...)
}

func (e *editor) addUser(name string, exec Exec) error {
	if e.find(users, name) != nil {
		_, err := e.setUser(name, exec)
		return err
	}
	e.wantItem(users, map[string]any{"name": name, "user": execMeaning(exec)})
	return e.appended(users, append([]string{"name: " + scalar(name)}, userLines(exec)...))
}

func (e *editor) addContext(name, cluster, namespace string) error {
	if e.find(contexts, name) != nil {
		return nil
	}
	body := map[string]any{"cluster": cluster, "user": name}
	texts := []string{"name: " + scalar(name), "context:", "  cluster: " + scalar(cluster)}
	if namespace != "" {
		body["namespace"] = namespace
		texts = append(texts, "  namespace: "+scalar(namespace))
	}
	e.wantItem(contexts, map[string]any{"name": name, "context": body})
	return e.appended(contexts, append(texts, "  user: "+scalar(name)))
}

// setContextUser makes a context use another user.
func (e *editor) setContextUser(name, user string) error {
	item := e.find(contexts, name)
	body := get(item, "context")
	if body == nil || flow(body) || body.Kind != yaml.MappingNode {
		return e.refuse(item.Line, "context %q is not written line by line", name)
	}
	for _, one := range e.want[contexts].([]any) {
		if m := one.(map[string]any); m["name"] == name {
			m["context"].(map[string]any)["user"] = user
		}
	}
	k, v := own(body, "user")
	if k == nil {
		first := body.Content[0]
		return e.splice(line(first)+1, line(first)+1, strings.Repeat(" ", column(first))+"user: "+scalar(user))
	}
	if v.Kind != yaml.ScalarNode || line(v) != line(k) {
		return e.refuse(k.Line, "the user of context %q is not written on one line", name)
	}
	head, comment := e.lines.At(line(k)), ""
	if i := strings.Index(head, " #"); i >= 0 {
		comment = head[i:]
	}
	return e.splice(line(k), line(k)+1, head[:column(k)]+"user: "+scalar(user)+comment)
}

// addAll adds a cluster with all that leads to it.
func (e *editor) addAll(c NewCluster, exec Exec, makeCurrent bool) error {
	if len(e.root.Content) == 0 {
		e.want["apiVersion"], e.want["kind"] = "v1", "Config"
		if err := e.splice(e.end(), e.end(), "apiVersion: v1", "kind: Config"); err != nil {
			return err
		}
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
	if k, _ := own(e.root, "current-context"); k != nil || !makeCurrent {
		return nil
	}
	e.want["current-context"] = c.Name
	return e.splice(e.end(), e.end(), "current-context: "+scalar(c.Name))
}

func (e *editor) addCluster(c NewCluster) error {
	if e.find(clusters, c.Name) != nil {
		return nil
	}
	ca := base64.StdEncoding.EncodeToString(c.CAData)
	e.wantItem(clusters, map[string]any{"name": c.Name, "cluster": map[string]any{"server": c.Server, "certificate-authority-data": ca}})
	return e.appended(clusters, []string{
		"name: " + scalar(c.Name), "cluster:", "  certificate-authority-data: " + scalar(ca), "  server: " + scalar(c.Server),
	})
}

// wantItem notes that a list has one more element.
func (e *editor) wantItem(list string, item map[string]any) {
	old, _ := e.want[list].([]any)
	e.want[list] = append(old, item)
}

// wantUser notes what a user is now.
func (e *editor) wantUser(name string, exec Exec) {
	for _, one := range e.want[users].([]any) {
		if m := one.(map[string]any); m["name"] == name {
			m["user"] = execMeaning(exec)
		}
	}
}

// execMeaning is what a reader of the file finds.
func execMeaning(x Exec) map[string]any {
	args := make([]any, len(x.Args))
	for i, arg := range x.Args {
		args[i] = arg
	}
	body := map[string]any{
		"apiVersion": x.APIVersion, "args": args, "command": x.Command, "installHint": x.InstallHint,
		"interactiveMode": x.InteractiveMode, "provideClusterInfo": x.ProvideClusterInfo,
	}
	if len(x.Env) > 0 {
		var env []any
		for _, name := range slices.Sorted(maps.Keys(x.Env)) {
			env = append(env, map[string]any{"name": name, "value": x.Env[name]})
		}
		body["env"] = env
	}
	return map[string]any{"exec": body}
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
	provide := "false"
	if x.ProvideClusterInfo {
		provide = "true"
	}
	return append(texts, "    installHint: "+scalar(x.InstallHint), "    interactiveMode: "+scalar(x.InteractiveMode), "    provideClusterInfo: "+provide)
}

// under indents lines; the first one goes behind what stands before it already.
func under(head, indent string, texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = indent + text
		if i == 0 {
			all[i] = head + text
		}
	}
	return all
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

// keys are the names in a mapping.
func keys(node *yaml.Node) []string {
	var names []string
	if node = follow(node); node != nil && node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			names = append(names, node.Content[i].Value)
		}
	}
	return names
}
