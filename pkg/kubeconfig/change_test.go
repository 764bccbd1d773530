package kubeconfig_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

var call = kubeconfig.Exec{
	APIVersion: "client.authentication.k8s.io/v1", Command: "kubectl-jit",
	Args:        []string{"get-token", "--tenant", "https://127.0.0.1:8443", "--profile", "A - B/1 (C)/P: x # y", "--cluster", "sandbox"},
	InstallHint: "get it; see https://example.com", InteractiveMode: "IfAvailable",
}

// written is how call stands in a file, at the indent of a key `user`.
const written = `user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - get-token
      - --tenant
      - https://127.0.0.1:8443
      - --profile
      - 'A - B/1 (C)/P: x # y'
      - --cluster
      - sandbox
      command: kubectl-jit
      installHint: get it; see https://example.com
      interactiveMode: IfAvailable
      provideClusterInfo: false
`

// file puts a text into a kubeconfig and opens it.
func file(t *testing.T, text string) (path string, files *kubeconfig.Files) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	files, err := kubeconfig.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, files
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// point points the current context's user at call and returns the new content.
func point(t *testing.T, path string, files *kubeconfig.Files) (string, kubeconfig.Change) {
	t.Helper()
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	change, err := files.Point(t.Context(), entry, call, filepath.Join(filepath.Dir(path), "originals"))
	if err != nil {
		t.Fatal(err)
	}
	return content(t, path), change
}

const (
	before = `# mine
apiVersion: v1
kind: Config
current-context: c   # do not touch
x-unknown: {a: 1}

clusters:
- name: k
  cluster: {server: "https://k"}
contexts:
- name: c
  context:
    cluster: k
    user: u
    namespace: web
users:
`
	after = `# the end
preferences: {}
`
)

// TestPoint holds, for each way in which people's files are written, which lines
// change and that no other byte does.
func TestPoint(t *testing.T) {
	tests := []struct{ name, old, want string }{
		{"as kubectl writes it", "- name: u\n  user:\n    token: t\n", "- name: u\n  " + written},
		{"the name behind", "- user:\n    token: t\n  name: u\n", "- " + written + "  name: u\n"},
		{"comments behind stay", "- name: u\n  user:\n    token: t # x\n\n  # y\n", "- name: u\n  " + written + "\n  # y\n"},
		{"nothing", "- name: u\n", "- name: u\n  " + written},
		{"null", "- name: u\n  user: null\n", "- name: u\n  " + written},
		{"empty", "- name: u\n  user: {}\n", "- name: u\n  " + written},
		{"flow body", "- name: u\n  user: {token: t}\n", "- name: u\n  " + written},
		{"unknown fields beside", "- name: u\n  user:\n    token: t\n  x-note: n\n", "- name: u\n  " + written + "  x-note: n\n"},
		{"neighbours", "- name: a\n  user:\n    token: a\n- name: u\n  user:\n    token: t\n# z\n- name: z\n  user:\n    token: z\n",
			"- name: a\n  user:\n    token: a\n- name: u\n  " + written + "# z\n- name: z\n  user:\n    token: z\n"},
		{"a block of text", "- name: u\n  user:\n    client-key-data: |\n      a\n      # not a comment\n      b\n", "- name: u\n  " + written},
		{"indented list", "  - name: u\n    user:\n      token: t\n", "  - name: u\n    " + indented(written, 2)},
		{"dash far before", "-   name: u\n    user:\n        token: t\n", "-   name: u\n    " + indented(written, 2)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path, files := file(t, before+tt.old+after)
			got, change := point(t, path, files)
			if diff := cmp.Diff(before+tt.want+after, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !change.Wrote || change.User != "u" || change.Beside != "" {
				t.Errorf("%+v", change)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
				t.Errorf("mode %v (%v)", info.Mode(), err)
			}
			if _, change := point(t, path, files); change.Wrote {
				t.Error("the second time it wrote again")
			}
			if _, err := files.Restore(t.Context(), path, "u", filepath.Join(filepath.Dir(path), "originals")); err != nil {
				if tt.name != "nothing" { // there is no original of nothing
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(before+tt.old+after, content(t, path)); diff != "" {
				t.Errorf("restored: -want +got\n%s", diff)
			}
		})
	}
}

// indented shifts all lines but the first.
func indented(text string, by int) string {
	lines := strings.SplitAfter(text, "\n")
	for i := range lines[:len(lines)-1] {
		if i > 0 {
			lines[i] = strings.Repeat(" ", by) + lines[i]
		}
	}
	return strings.Join(lines, "")
}

// TestPointForms holds whole files in other forms.
func TestPointForms(t *testing.T) {
	const plain = "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\n"
	tests := []struct{ name, old, want string }{
		{"CRLF", strings.ReplaceAll(plain+"users:\n- name: u\n  user:\n    token: t\n", "\n", "\r\n"),
			strings.ReplaceAll(plain+"users:\n- name: u\n  "+written, "\n", "\r\n")},
		{"no newline at the end", plain + "users:\n- name: u\n  user:\n    token: t", plain + "users:\n- name: u\n  " + strings.TrimSuffix(written, "\n")},
		{"no users at all", plain, plain + "users:\n- name: u\n  " + written},
		{"users: null", "users: null # none\n" + plain, "users: # none\n- name: u\n  " + written + plain},
		{"users: []", "users: []\n" + plain, "users:\n- name: u\n  " + written + plain},
		{"users without a value", "users:\n" + plain, "users:\n- name: u\n  " + written + plain},
	}
	for _, tt := range tests {
		path, files := file(t, tt.old)
		if got, _ := point(t, path, files); got != tt.want {
			t.Errorf("%s: -want +got\n%s", tt.name, cmp.Diff(tt.want, got))
		}
	}
}

// TestShared holds that a user of another cluster's context is left alone.
func TestShared(t *testing.T) {
	text := before + "- name: u\n  user:\n    token: t\n" + after
	text = strings.Replace(text, "users:\n", "- name: d\n  context:\n    cluster: other\n    user: u\nusers:\n", 1)
	path, files := file(t, text)
	got, change := point(t, path, files)
	if change.User != "u-jit" || change.Beside != "u" {
		t.Errorf("%+v", change)
	}
	want := strings.Replace(text, "    user: u\n    namespace", "    user: u-jit\n    namespace", 1)
	want = strings.Replace(want, "    token: t\n", "    token: t\n- name: u-jit\n  "+written, 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAdd(t *testing.T) {
	path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
	from, err := files.Entry("c")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrote := range []bool{true, false} {
		change, err := files.Add(t.Context(), "admin: x", from, call, "")
		if err != nil || change.Wrote != wrote {
			t.Fatalf("%+v, %v; want it to write: %v", change, err, wrote)
		}
	}
	added, err := files.Entry("admin: x")
	if err != nil || added.Cluster != "k" || added.Namespace != "web" || added.Exec == nil || !added.Exec.Equal(call) {
		t.Errorf("%+v, %v", added, err)
	}
	if current, _ := files.Current(); current != "c" {
		t.Errorf("the current context became %q", current)
	}
	for _, line := range []string{"# mine", "current-context: c   # do not touch", "# the end", "x-unknown: {a: 1}"} {
		if !strings.Contains(content(t, path), line+"\n") {
			t.Errorf("%q is gone", line)
		}
	}
	if _, err := files.Add(t.Context(), "c", from, call, ""); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("a name that is taken: %v", err)
	}
	from.Cluster = "other"
	if _, err := files.Add(t.Context(), "admin: x", from, call, ""); jit.NextOf(err) != `kubectl jit login PROFILE --new-context "admin: x-2"` {
		t.Errorf("a name that is taken by another cluster's: %v, next %q", err, jit.NextOf(err))
	}
}

func TestAddCluster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config")
	t.Setenv("KUBECONFIG", path)
	files, err := kubeconfig.Open("")
	if err != nil {
		t.Fatal(err)
	}
	cluster := kubeconfig.NewCluster{Name: "arn:aws:eks:eu-central-1:196226166352:cluster/sandbox", Server: "https://k:6443", CAData: []byte("PEM")}
	if _, err := files.AddCluster(t.Context(), cluster, call, ""); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := clientcmd.ConfirmUsable(*config, ""); err != nil {
		t.Error(err)
	}
	if config.CurrentContext != cluster.Name || string(config.Clusters[cluster.Name].CertificateAuthorityData) != "PEM" {
		t.Errorf("%+v", config)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	cluster.Name = "prod; $(rm)" // which a broker may call an environment
	if _, err := files.AddCluster(t.Context(), cluster, call, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := files.AddCluster(t.Context(), cluster, call, ""); jit.NextOf(err) != "kubectl jit login PROFILE --context 'prod; $(rm)'" {
		t.Errorf("a name that is taken: %v, next %q", err, jit.NextOf(err))
	}
}

// TestRefused holds that what cannot be edited safely is left as it is, with the
// line.
func TestRefused(t *testing.T) {
	const plain = "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\n"
	tests := []struct{ name, text, says string }{
		{"JSON", `{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}],"users":[{"name":"u","user":{}}]}`, ":1:"},
		{"flow list", plain + "users: [{name: u, user: {token: t}}]\n", ":5:"},
		{"flow element", plain + "users:\n- {name: u, user: {token: t}}\n", ":6:"},
		{"twice", plain + "users:\n- name: u\n  user: {}\n- name: u\n  user: {}\n", ":8:"},
		{"a key twice", plain + "users:\n- name: u\n  user: {}\nusers: []\n", ":8:"},
		{"two documents", plain + "users:\n- name: u\n  user: {}\n---\nkind: Config\n", "documents"},
		{"an anchor that others use", plain + "users:\n- name: u\n  user: &a\n    token: t\n- name: v\n  user: *a\n", "edited by lines"},
	}
	for _, tt := range tests {
		path, files := file(t, tt.text)
		entry, err := files.Entry("")
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		_, err = files.Point(t.Context(), entry, call, "")
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
		if content(t, path) != tt.text {
			t.Errorf("%s: the file was changed", tt.name)
		}
	}
}

// TestRestoreChanged holds that an entry which somebody changed since is theirs,
// be it by a comment.
func TestRestoreChanged(t *testing.T) {
	const command = "      command: kubectl-jit\n"
	for name, change := range map[string][2]string{
		"an argument":           {"- sandbox", "- other"},
		"a comment":             {command, "      # ask Bob first\n" + command},
		"a comment at the left": {command, "# ask Bob first\n" + command},
		"a comment behind":      {command, "      command: kubectl-jit # ask Bob first\n"},
		"a comment at the key":  {"  user:\n    exec:", "  user: # ask Bob first\n    exec:"},
		"a key of theirs":       {command, command + "      x-mine: 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
			text, _ := point(t, path, files)
			text = strings.Replace(text, change[0], change[1], 1)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := files.Restore(t.Context(), path, "u", filepath.Join(filepath.Dir(path), "originals")); jit.CodeOf(err) != jit.Invalid {
				t.Error(err)
			}
			if content(t, path) != text {
				t.Error("the file was changed")
			}
		})
	}
}

// TestRestoreLater holds that the first original comes back: after a second login,
// after one that was cut short, and after kubectl wrote the file in its own layout.
func TestRestoreLater(t *testing.T) {
	text := before + "- user:\n    # why\n    token: t\n  name: u\n" + after
	path, files := file(t, text)
	originals := filepath.Join(filepath.Dir(path), "originals")
	first, _ := point(t, path, files)
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	second := call
	second.Args = []string{"get-token", "--cluster", "other"}
	if _, err := files.Point(t.Context(), entry, second, originals); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(first), 0o600); err != nil { // the second one never came to its rename
		t.Fatal(err)
	}
	if _, err := files.Restore(t.Context(), path, "u", originals); err != nil || content(t, path) != text {
		t.Errorf("%v\n%s", err, cmp.Diff(text, content(t, path)))
	}

	point(t, path, files)
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Restore(t.Context(), path, "u", originals); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); !strings.HasSuffix(got, "- name: u\n  user:\n    # why\n    token: t\n") {
		t.Errorf("in kubectl's layout:\n%s", got)
	}
	if _, err := files.Restore(t.Context(), path, "u", originals); jit.CodeOf(err) != jit.NotFound {
		t.Errorf("a second time: %v", err)
	}
}

// TestCurrentContext holds that a current context is set only where there is none.
func TestCurrentContext(t *testing.T) {
	cluster := kubeconfig.NewCluster{Name: "k", Server: "https://k", CAData: []byte("PEM")}
	for old, want := range map[string]string{"current-context: \"\" # none\n": "k", "current-context: other\n": "other"} {
		path, files := file(t, old)
		if _, err := files.AddCluster(t.Context(), cluster, call, ""); err != nil {
			t.Fatal(err)
		}
		if got, err := files.Current(); err != nil || got != want {
			t.Errorf("%q became %q, %v", old, got, err)
		}
		if strings.Contains(old, "#") && !strings.HasPrefix(content(t, path), "current-context: k # none\n") {
			t.Errorf("got %q", content(t, path))
		}
	}
}
