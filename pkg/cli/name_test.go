package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// run calls the program under a name and returns what it printed.
func run(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, err bytes.Buffer
	status = cli.Main(t.Context(), args, genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &err}, "v1.2.3")
	return out.String(), err.String(), status
}

// home gives the test a home folder of its own, with nobody signed in.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for name, folder := range map[string]string{"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"} {
		t.Setenv(name, dir+"/"+folder)
	}
	for _, name := range []string{"BRITIVE_TENANT", "BRITIVE_API_TOKEN", "KUBECONFIG", "KUBERNETES_EXEC_INFO"} {
		t.Setenv(name, "")
	}
	return dir
}

// TestName holds that the program answers to the name it was called by, in its
// help and in the command it says to type next.
func TestName(t *testing.T) {
	home(t)
	tests := []struct{ argv0, file, command string }{
		{"/usr/bin/kubectl-jit", "kubectl-jit", "kubectl jit"},
		{"kubectl-jit_access", "kubectl-jit_access", "kubectl jit-access"},
		{"kubectl-jit.exe", "kubectl-jit", "kubectl jit"},
		{"/opt/libexec/jit-core", "kubectl-jit", "kubectl jit"},
		{"kj", "kj", "kj"},
	}
	for _, tt := range tests {
		help, _, _ := run(t, tt.argv0, "login", "--help")
		if !strings.Contains(help, "\n  "+tt.command+" login eks-pod-manager\n") {
			t.Errorf("%s: the help of login does not say %q:\n%s", tt.argv0, tt.command, help)
		}
		_, stderr, status := run(t, tt.argv0, "logni")
		want := tt.file + `: error: "logni" is no command of ` + tt.command + `; did you mean "login"`
		if status != 2 || !strings.HasPrefix(stderr, want) || !strings.Contains(stderr, tt.file+": next: "+tt.command+" --help\n") {
			t.Errorf("%s: exit %d, %s", tt.argv0, status, stderr)
		}
	}
}
