package kubeconfig_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// TestConnect holds that a context is entered with what its user has, wherever it
// stands.
func TestConnect(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := func(name string) string {
		return strings.ReplaceAll(`current-context: NAME
clusters: [{name: NAME, cluster: {server: "https://NAME.example.com"}}]
contexts: [{name: NAME, context: {cluster: NAME, user: NAME}}]
users: [{name: NAME, user: {token: token-of-NAME}}]
`, "NAME", name)
	}
	first, second := write("first", config("a")), write("second", config("b"))
	t.Setenv("KUBECONFIG", first+string(os.PathListSeparator)+filepath.Join(dir, "missing")+string(os.PathListSeparator)+second)
	for _, tt := range []struct{ explicit, context, want string }{
		{"", "", "a"}, {"", "b", "b"}, {second, "", "b"},
	} {
		files, err := kubeconfig.Open(tt.explicit)
		if err != nil {
			t.Fatal(err)
		}
		got, err := files.Connect(tt.context)
		if err != nil || got.Host != "https://"+tt.want+".example.com" || got.BearerToken != "token-of-"+tt.want {
			t.Errorf("%+v: %v, %v", tt, got, err)
		}
	}
	files, err := kubeconfig.Open(second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Connect("a"); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("a context that is not there: %v", err)
	}
}
