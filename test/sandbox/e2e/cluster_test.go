package e2e_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// person is somebody with a home of their own.
type person struct {
	t    testing.TB
	home string
}

func newPerson(t testing.TB, short string) person {
	t.Helper()
	p := person{t: t, home: filepath.Join(t.TempDir(), short)}
	if err := world.AddUser(t.Context(), p.home, short); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for alias := range sandbox.Aliases() {
			_ = world.Command(context.Background(), p.home, "kubectl-jit", "checkin", alias).Run()
		}
	})
	return p
}

func (p person) run(args ...string) (string, error) {
	output, err := world.Command(p.t.Context(), p.home, args[0], args[1:]...).CombinedOutput()
	return string(output), err
}

func (p person) must(args ...string) string {
	p.t.Helper()
	output, err := p.run(args...)
	if err != nil {
		p.t.Fatalf("%v: %v\n%s", args, err, output)
	}
	return output
}

func (p person) kubeconfig() string { return filepath.Join(p.home, ".kube", "config") }

// TestTwoClusters holds one profile on two clusters side by side in one
// kubeconfig: one checkout, two tokens, each good for its own cluster only.
func TestTwoClusters(t *testing.T) {
	second, err := world.StartExtraCluster(t.Context(), "sandbox-2")
	if err != nil {
		t.Fatal(err)
	}
	alice := newPerson(t, "alice")
	name := sandbox.ClusterARN(second.ID)
	alice.must("kubectl", "config", "set-cluster", name, "--server", second.Server, "--certificate-authority", second.CAFile)
	alice.must("kubectl", "config", "set-credentials", name, "--token", "old")
	alice.must("kubectl", "config", "set-context", name, "--cluster", name, "--user", name)
	before := world.AWS.Calls()["AssumeRoleWithSAML"]
	alice.must("kubectl", "jit", "login", "eks-pod-manager")
	alice.must("kubectl", "jit", "login", "eks-pod-manager", "--context", name)
	for _, context := range []string{sandbox.ClusterARN(sandbox.ClusterName), name} {
		if output := alice.must("kubectl", "--context", context, "get", "pods", "-A"); !strings.Contains(output, "web-1") {
			t.Errorf("%s: %s", context, output)
		}
	}
	if got := alice.must("kubectl", "config", "current-context"); strings.TrimSpace(got) != sandbox.ClusterARN(sandbox.ClusterName) {
		t.Errorf("the current context became %s", got)
	}
	if sessions := world.AWS.Calls()["AssumeRoleWithSAML"] - before; sessions > 2 {
		t.Errorf("%d AWS sessions for two logins", sessions)
	}
	tokens, err := filepath.Glob(filepath.Join(alice.home, ".cache", "kubectl-jit", "tokens", "*"))
	if err != nil || len(tokens) != 2 {
		t.Errorf("%d tokens are held (%v), want one for each cluster", len(tokens), err)
	}
}

// TestKilledLogin kills a login a hundred times at random moments. kubectl reads
// the kubeconfig at once, and writes it at the latest after our next command.
func TestKilledLogin(t *testing.T) {
	alice := newPerson(t, "alice")
	original, err := os.ReadFile(alice.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	alice.must("kubectl-jit", "login", "eks-pod-manager")
	usual := time.Since(begin)
	ours, err := os.ReadFile(alice.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(original, ours) {
		t.Fatal("login changed nothing")
	}
	for range 100 {
		if err := os.WriteFile(alice.kubeconfig(), original, 0o600); err != nil {
			t.Fatal(err)
		}
		killed(t, alice, rand.N(usual*5/4))
		if now, err := os.ReadFile(alice.kubeconfig()); err != nil || !bytes.Equal(now, original) && !bytes.Equal(now, ours) {
			t.Fatalf("the kubeconfig is neither the old one nor the new one (%v):\n%s", err, now)
		}
		alice.must("kubectl", "config", "get-contexts")
		if _, err := os.Lstat(alice.kubeconfig() + ".lock"); err == nil {
			alice.must("kubectl-jit", "status")
			alice.must("kubectl", "config", "set-context", "probe", "--cluster", "staging")
		}
	}
	alice.must("kubectl-jit", "login", "eks-pod-manager")
	alice.must("kubectl", "get", "pods")
}

func killed(t *testing.T, p person, after time.Duration) {
	t.Helper()
	cmd := world.Command(t.Context(), p.home, "kubectl-jit", "login", "eks-pod-manager")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
}
