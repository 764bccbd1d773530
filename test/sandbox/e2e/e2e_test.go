// Package e2e plays the story on the sandbox: what a person types, on the real
// API server, authenticator and kubectl. The scripts in testdata are meant to be
// read; each has homes of its own for alice, bob and mallory.
package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// world is the sandbox that every test here shares.
var world *sandbox.Sandbox

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "kubectl-jit-e2e-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	programs, err := sandbox.Build(ctx, "..", os.Stderr, sandbox.Helm)
	if err != nil {
		return fail(err)
	}
	bin := filepath.Join("..", "..", "..", "bin")
	for _, name := range []string{"kubectl-jit", "jit-token", "jit-core", "jit-broker"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return fail(fmt.Errorf("%w: run make build first", err))
		}
	}
	world, err = sandbox.Start(ctx, sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Bin: bin, Programs: programs})
	if err != nil {
		return fail(err)
	}
	defer world.Stop()
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestScripts plays one script after the other: they share the broker's ledger,
// in which a person has one checkout of a profile, and the clock of AWS.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txtar"), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Files: []string{script},
				Setup: setup,
				Cmds:  commands(),
			})
		})
	}
}

// setup gives a script its three people, and takes back what they had checked
// out at its end. The script itself is alice's.
func setup(env *testscript.Env) error {
	ctx := context.Background()
	homes := filepath.Join(env.WorkDir, "home")
	for short := range sandbox.Users() {
		if err := world.AddUser(ctx, filepath.Join(homes, short), short); err != nil {
			return err
		}
	}
	if err := sandbox.WriteAs(filepath.Join(env.WorkDir, "as"), homes); err != nil {
		return err
	}
	alice := filepath.Join(homes, "alice")
	for name, value := range world.Environment(alice) {
		env.Setenv(name, value)
	}
	tools, err := filepath.Abs("tools")
	if err != nil {
		return err
	}
	env.Setenv("PATH", strings.Join([]string{env.WorkDir, tools, world.Path(), env.Getenv("PATH")}, ":"))
	env.Setenv("ADMIN", world.Cluster.Admin)
	env.Setenv("SERVER", world.Cluster.Server)
	env.Setenv("CA", world.Cluster.CAFile)
	env.Setenv("BROKER", world.Broker.URL)
	env.Setenv("HELM", world.Program(sandbox.Helm))
	env.Setenv("CONTEXT", sandbox.ClusterARN(sandbox.ClusterName))
	env.Defer(func() {
		for alias := range sandbox.Aliases() {
			_ = world.Command(ctx, alice, "kubectl-jit", "checkin", alias).Run()
		}
		_ = world.Command(ctx, alice, "kubectl-jit", "checkin", sandbox.Application+"/"+sandbox.Environment+"/EKS Unmapped").Run()
	})
	return nil
}
