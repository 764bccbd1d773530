package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const jitBroker = "arn:aws:iam::196226166352:saml-provider/jit-broker"

// TestMergeTrust holds what becomes of a trust policy that says other things too.
func TestMergeTrust(t *testing.T) {
	const (
		other = `{"Sid":"ci","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::196226166352:oidc-provider/ci.example.com"},"Action":"sts:AssumeRoleWithWebIdentity"}`
		deny  = `{"Effect":"Deny","Principal":{"Federated":"` + jitBroker + `"},"Action":"sts:AssumeRoleWithSAML"}`
		old   = `{"Effect":"Allow","Principal":{"Federated":"` + jitBroker + `"},"Action":"sts:AssumeRoleWithSAML"}`
	)
	policy := func(statements string) string {
		return `{"Version":"2012-10-17","Id":"kept","Statement":` + statements + `}`
	}
	tests := []struct {
		name, now  string
		statements int
		keeps      []string
	}{
		{"beside others", policy(`[` + other + `]`), 2, []string{`"Sid": "ci"`, `"Id": "kept"`}},
		{"in the place of its own", policy(`[` + old + `,` + other + `]`), 2, []string{`"Sid": "ci"`}},
		{"its own twice", policy(`[` + old + `,` + old + `]`), 1, nil},
		{"one statement without a list", policy(other), 2, []string{`"Sid": "ci"`}},
		{"a denial stays", policy(`[` + deny + `]`), 2, []string{`"Deny"`}},
		{"none", policy(`[]`), 1, nil},
	}
	for _, tt := range tests {
		before, after, err := cli.MergeTrust(tt.now, jitBroker)
		if err != nil || before == after || strings.Count(after, `"Effect"`) != tt.statements || strings.Count(after, "sts:TagSession") != 1 {
			t.Errorf("%s: %v\n%s", tt.name, err, after)
		}
		for _, text := range tt.keeps {
			if !strings.Contains(after, text) {
				t.Errorf("%s: %s is gone:\n%s", tt.name, text, after)
			}
		}
		again, same, err := cli.MergeTrust(after, jitBroker)
		if err != nil || again != same {
			t.Errorf("%s: a second time it becomes\n%s", tt.name, same)
		}
	}
	if _, _, err := cli.MergeTrust("{", jitBroker); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("no policy: %v", err)
	}
}

func TestLocateResource(t *testing.T) {
	served := map[string][]string{
		"pods": {""}, "pods/log": {""}, "deployments": {"apps"}, "deployments/scale": {"apps"},
		"events": {"", "events.k8s.io"}, "widgets": {"a.example.com", "b.example.com"},
	}
	for word, want := range map[string]string{
		"pods": "/pods", "pods/log": "/pods/log", "deployments": "apps/deployments", "deployments.apps": "apps/deployments",
		"deployments.apps/scale": "apps/deployments/scale", "events": "/events", "events.events.k8s.io": "events.k8s.io/events",
		"widgets.b.example.com": "b.example.com/widgets", "*": "*/*",
	} {
		if group, name, err := cli.LocateResource(served, word); err != nil || group+"/"+name != want {
			t.Errorf("%s: %s/%s, %v", word, group, name, err)
		}
	}
	for word, code := range map[string]jit.Code{"widgets": jit.Invalid, "pod": jit.NotFound, "pods.apps": jit.NotFound, "": jit.Invalid, "pods/": jit.NotFound} {
		if _, _, err := cli.LocateResource(served, word); jit.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", word, err, code)
		}
	}
}

// TestCarryOut holds the order of a change: shown, undo kept, made; and that what
// others wrote cannot drive the terminal or the undo script.
func TestCarryOut(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("KUBECONFIG", "/home/alice/kube config")
	kept := func() []string {
		files, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "kubectl-jit", "undo", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	const evil = "a: \x1b[2J\rrm -rf /\u202e\n"
	stdout, stderr, err := cli.Carry(true, "a: b\n", evil, errors.New("not to be called"))
	if err != nil || !strings.Contains(stdout, "-a: b\n+a: ") || !strings.Contains(stderr, "--dry-run") || len(kept()) > 0 {
		t.Errorf("a dry run: %v\n%s%s%v", err, stdout, stderr, kept())
	}
	failed := errors.New("refused")
	if _, _, err := cli.Carry(false, "a: b\n", evil, failed); !errors.Is(err, failed) || len(kept()) > 0 {
		t.Errorf("a change that failed at once: %v, kept %v", err, kept())
	}
	stdout, stderr, err = cli.Carry(false, "a: b\n", evil, nil)
	if err != nil || !strings.Contains(stderr, "-a: b\n+a: ") || !strings.HasPrefix(stdout, "Done.\nUndo: kubectl jit undo it\n") || len(kept()) != 1 {
		t.Fatalf("a change: %v\n%s%s%v", err, stdout, stderr, kept())
	}
	script, err := os.ReadFile(kept()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{stdout, stderr, string(script)} {
		if strings.ContainsAny(text, "\x1b\r\u202e") {
			t.Errorf("this can drive a terminal: %q", text)
		}
	}
	commands := 0
	for line := range strings.Lines(string(script)) {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			commands++
		}
	}
	if commands != 3 { // set -e, KUBECONFIG, and the undo
		t.Errorf("the script:\n%s", script)
	}
	if info, err := os.Stat(kept()[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the script has mode %v, %v", info.Mode(), err)
	}
}
