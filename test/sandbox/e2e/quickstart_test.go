package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// TestQuickStart types what docs/quickstart.md says, line by line, on a cluster
// and in an account that know none of it: the sandbox has these names already, so
// they are others here.
func TestQuickStart(t *testing.T) {
	ours := strings.NewReplacer(
		"EKS-Pod-Manager", "Quick-Start",
		"pod-managers", "quick-starters",
		"--preset pod-manager", "--preset pod-manager --role quick-starter",
		"saml-provider/jit-broker", "saml-provider/quick-start",
		"127.0.0.1:8443", freeAddress(t),
	)
	page, err := os.ReadFile("../../../docs/quickstart.md")
	if err != nil {
		t.Fatal(err)
	}
	alice := newPerson(t, "alice")
	asAdministrator(t, alice)
	blocks := blocks(string(page))
	const initialise = "jit-broker init --dir broker\n"
	if len(blocks) < 5 || blocks[0] != initialise {
		t.Fatalf("%d blocks, and the first is not %q", len(blocks), initialise)
	}
	first := ours.Replace("jit-broker init --dir broker --listen 127.0.0.1:8443\n") +
		// What a reader does then: put names into the catalog.
		"sed -i -e 's/EKS-Pod-Manager/Quick-Start/' -e 's/samlProvider: .*/samlProvider: quick-start/' broker/catalog.yaml\n"
	output, err := alice.run("/bin/sh", "-c", "set -eux\ntrap 'kill $!' EXIT\n"+first+ours.Replace(strings.Join(blocks[1:], "")))
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{
		"saml-provider/quick-start is made.", "Role Quick-Start is made.", "ClusterRole quick-starter is made.",
		"role/Quick-Start is in quick-starters by aws-auth.", "EKS Pod Manager is checked out", "web-1",
		"pods                      ✓", "EKS Pod Manager is checked in",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(output)
	}
	alice.must("kubectl", "jit", "admin", "mappings", "remove", "arn:aws:iam::"+sandbox.Account+":role/Quick-Start", "--via", "aws-auth", "--yes")
	alice.must("kubectl", "delete", "clusterrole,clusterrolebinding", "--ignore-not-found", "quick-starter", "quick-starter:quick-starters")
}

// blocks are the shell blocks of a page.
func blocks(page string) []string {
	var found []string
	for i, part := range strings.Split(page, "```") {
		if text, ok := strings.CutPrefix(part, "sh\n"); ok && i%2 == 1 {
			found = append(found, text)
		}
	}
	return found
}

// asAdministrator gives a person what the quick start asks for: a context with all
// rights on the cluster, and keys with all rights in IAM.
func asAdministrator(t *testing.T, p person) {
	t.Helper()
	admin, err := os.ReadFile(world.Cluster.Admin)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig := strings.ReplaceAll(string(admin), ": "+world.Cluster.ID+"\n", ": "+sandbox.ClusterARN(sandbox.ClusterName)+"\n")
	env, err := os.ReadFile(filepath.Join(p.home, "env"))
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{p.kubeconfig(): kubeconfig, filepath.Join(p.home, "env"): string(env) + "\n" + accountKeys()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(p.home, ".config", "kubectl-jit")); err != nil {
		t.Fatal(err)
	}
}

// freeAddress is one of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
