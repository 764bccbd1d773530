package kubeconfig

import (
	"encoding/base64"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// current is the name of the current context, or "".
func current(docs []*document) string {
	for _, d := range docs {
		if name := text(get(d.root, "current-context")); name != "" {
			return name
		}
	}
	return ""
}

// Entry returns one context; "" means the current one. Codes: not_found (no such
// context, with the names that are near; no current context; the explicit file is
// missing), invalid (a file is no kubeconfig, with its line), unavailable (a file
// cannot be read).
func (f *Files) Entry(context string) (Entry, error) {
	docs, err := f.documents()
	if err != nil {
		return Entry{}, err
	}
	m := merge(docs)
	if context == "" {
		context = current(docs)
	}
	if len(m.contexts) == 0 {
		return Entry{}, jit.Errorf(jit.NotFound, "read the kubeconfig", "there is no context in %s", strings.Join(f.paths, ", ")).
			WithNext("kubectl jit login PROFILE --cluster NAME --region REGION")
	}
	if context == "" {
		return Entry{}, jit.Errorf(jit.NotFound, "read the kubeconfig", "there is no current context in %s", strings.Join(f.paths, ", ")).
			WithNext("kubectl config use-context NAME")
	}
	if _, ok := m.contexts[context]; !ok {
		return Entry{}, f.unknown(context, m)
	}
	return m.entry(context)
}

func (f *Files) unknown(context string, m merged) error {
	names := slices.Sorted(maps.Keys(m.contexts))
	if near := nearest.Names(context, names); len(near) > 0 {
		return jit.Errorf(jit.NotFound, "read the kubeconfig", "there is no context %q: did you mean %s?", context, strings.Join(near, " or ")).
			WithNext("kubectl config get-contexts")
	}
	return jit.Errorf(jit.NotFound, "read the kubeconfig", "there is no context %q in %s", context, strings.Join(f.paths, ", ")).
		WithNext("kubectl config get-contexts")
}

// Entries returns all contexts, sorted by name. Codes as for [Files.Entry].
func (f *Files) Entries() ([]Entry, error) {
	docs, err := f.documents()
	if err != nil {
		return nil, err
	}
	m := merge(docs)
	var all []Entry
	for _, name := range slices.Sorted(maps.Keys(m.contexts)) {
		e, err := m.entry(name)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// merged are the entries of all files: of each name the first one.
type merged struct{ clusters, contexts, users map[string]found }

// found is one element of a list and the file that it stands in.
type found struct {
	path string
	node *yaml.Node // the list element
}

func merge(docs []*document) merged {
	collect := func(list string) map[string]found {
		all := map[string]found{}
		for _, d := range docs {
			for _, item := range items(get(d.root, list)) {
				name := text(get(item, "name"))
				if _, ok := all[name]; !ok {
					all[name] = found{d.path, item}
				}
			}
		}
		return all
	}
	return merged{collect(clusters), collect(contexts), collect(users)}
}

func (m merged) entry(context string) (Entry, error) {
	at := m.contexts[context]
	body := get(at.node, "context")
	e := Entry{
		Context:   context,
		Cluster:   text(get(body, "cluster")),
		User:      text(get(body, "user")),
		Namespace: text(get(body, "namespace")),
		File:      at.path,
	}
	if user, ok := m.users[e.User]; ok {
		e.File = user.path
		e.Exec = readExec(get(get(user.node, "user"), "exec"))
	}
	if cluster, ok := m.clusters[e.Cluster]; ok {
		var err error
		e.ClusterEntry, err = readCluster(cluster)
		return e, err
	}
	return e, nil
}

func readCluster(at found) (ClusterEntry, error) {
	body := get(at.node, "cluster")
	c := ClusterEntry{
		Server:                text(get(body, "server")),
		CAFile:                text(get(body, "certificate-authority")),
		TLSServerName:         text(get(body, "tls-server-name")),
		ProxyURL:              text(get(body, "proxy-url")),
		InsecureSkipTLSVerify: flag(get(body, "insecure-skip-tls-verify")),
		DisableCompression:    flag(get(body, "disable-compression")),
		BritiveProfile:        britiveProfile(get(body, "extensions")),
	}
	if c.CAFile != "" && !filepath.IsAbs(c.CAFile) {
		c.CAFile = filepath.Join(filepath.Dir(at.path), c.CAFile)
	}
	data := get(body, "certificate-authority-data")
	var err error
	if c.CAData, err = base64.StdEncoding.DecodeString(text(data)); err != nil {
		return c, jit.Errorf(jit.Invalid, "read the kubeconfig", "%s:%d: certificate-authority-data: %w", at.path, data.Line, err)
	}
	return c, nil
}

// britiveProfile finds what pybritive-kube-exec is told of a cluster; client-go
// hands this extension to exec providers.
func britiveProfile(extensions *yaml.Node) string {
	for _, item := range items(extensions) {
		if text(get(item, "name")) == "client.authentication.k8s.io/exec" {
			return text(get(get(item, "extension"), "britive-profile"))
		}
	}
	return ""
}

// readExec reads an exec block, nil where there is none.
func readExec(node *yaml.Node) *Exec {
	if null(node) {
		return nil
	}
	x := &Exec{
		APIVersion:         text(get(node, "apiVersion")),
		Command:            text(get(node, "command")),
		InstallHint:        text(get(node, "installHint")),
		InteractiveMode:    text(get(node, "interactiveMode")),
		ProvideClusterInfo: flag(get(node, "provideClusterInfo")),
	}
	for _, arg := range items(get(node, "args")) {
		x.Args = append(x.Args, text(arg))
	}
	for _, variable := range items(get(node, "env")) {
		if x.Env == nil {
			x.Env = map[string]string{}
		}
		x.Env[text(get(variable, "name"))] = text(get(variable, "value"))
	}
	return x
}
