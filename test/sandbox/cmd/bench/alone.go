package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// entry are the arguments of a kubeconfig entry as login writes it.
var entry = []string{
	"--tenant", "https://127.0.0.1:8443", "--profile", "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager",
	"--cluster", "sandbox", "--region", "eu-central-1",
}

// Entries for which nothing is held. At the first a client was just refused; the
// second is asked for anew each time, because its memory of that is emptied.
var (
	refused = append([]string{"--unattended"}, entry...)
	unknown = append([]string{"--unattended=true"}, entry...)
)

// alone are the rows that need nobody else. The first is the empty program and
// the second answers from a held token.
func alone(dir string) ([]*row, error) {
	env, err := home(dir)
	if err != nil {
		return nil, err
	}
	before := func() error {
		return refuse(filepath.Join(dir, "cache", "kubectl-jit"), filepath.Join(dir, "config", "kubectl-jit"))
	}
	front := filepath.Join(dir, "whole", "kubectl-jit")
	rows := []*row{
		{name: "an empty Go program", path: filepath.Join(dir, "empty", "empty")},
		{name: "kubectl-jit get-token, held", path: front, args: append([]string{"get-token"}, entry...)},
		{name: "kubectl-jit get-token, refused a moment ago", path: front, args: append([]string{"get-token"}, refused...), status: 5},
		{name: "kubectl-jit handing over to an empty program", path: filepath.Join(dir, "alone", "kubectl-jit"), args: []string{"version"}},
		{name: "kubectl-jit handing over to jit-token, nobody signed in", path: front, args: append([]string{"get-token"}, unknown...), status: 5},
		{name: "kubectl-jit handing over to jit-core version", path: front, args: []string{"version"}},
	}
	for _, r := range rows {
		r.env, r.before = env, before
	}
	return rows, sized(rows)
}

// build makes three folders: the empty program, all of ours, and a front whose
// jit-core is the empty program.
func build(ctx context.Context, dir string) error {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	for output, from := range map[string]string{
		"empty/empty":       source,
		"alone/jit-core":    source,
		"alone/kubectl-jit": "./cmd/kubectl-jit",
		"whole/kubectl-jit": "./cmd/kubectl-jit",
		"whole/jit-core":    "./cmd/jit-core",
		"whole/jit-token":   "./cmd/jit-token",
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, output), from)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", from, err, text)
		}
	}
	return nil
}

// home holds a token, of the length that tokens have, for the entry, and returns
// the environment that a caller needs to find it.
func home(dir string) ([]string, error) {
	cache, config := filepath.Join(dir, "cache"), filepath.Join(dir, "config")
	path := held.Path(filepath.Join(cache, "kubectl-jit"), held.Name(entry, filepath.Join(config, "kubectl-jit"), ""))
	token, now := "k8s-aws-v1."+strings.Repeat("aHR0", 270), time.Now()
	return []string{
		"HOME=" + dir, "XDG_CACHE_HOME=" + cache, "XDG_CONFIG_HOME=" + config, "XDG_STATE_HOME=" + filepath.Join(dir, "state"),
		execInfo,
	}, held.Write(path, token, now.Add(24*time.Hour), now.Add(23*time.Hour))
}

// execInfo is what a client tells the program that it calls.
const execInfo = `KUBERNETES_EXEC_INFO={"kind":"ExecCredential","apiVersion":"` + held.V1 + `","spec":{"interactive":false}}`

// refuse has the client's call for refused fail now, and the one for unknown
// never.
func refuse(cacheDir, configDir string) error {
	if err := held.ForgetFailures(cacheDir); err != nil {
		return err
	}
	call := held.Call{CacheDir: cacheDir, Name: held.Name(refused, configDir, ""), Parent: os.Getpid()}
	return call.Fail(5, []byte("kubectl-jit: error: nobody is signed in\n"))
}
