package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// program is one row of the table.
type program struct {
	name string
	path string
	args []string
	env  []string
	size int64

	status int // the exit status it must end with
	took   []time.Duration
}

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

// prepare builds the programs and holds a token. The first is the empty program
// and the second answers from the held token.
func prepare(ctx context.Context, dir string) ([]*program, error) {
	if err := build(ctx, dir); err != nil {
		return nil, err
	}
	env, err := home(dir)
	if err != nil {
		return nil, err
	}
	front := exe("kubectl-jit")
	programs := []*program{
		{name: "an empty Go program", path: filepath.Join(dir, "empty", exe("empty"))},
		{name: "kubectl-jit get-token, held", path: filepath.Join(dir, "whole", front), args: append([]string{"get-token"}, entry...)},
		{name: "kubectl-jit get-token, refused a moment ago", path: filepath.Join(dir, "whole", front), args: append([]string{"get-token"}, refused...), status: 5},
		{name: "kubectl-jit handing over to an empty program", path: filepath.Join(dir, "alone", front), args: []string{"version"}},
		{name: "kubectl-jit handing over to jit-token, nobody signed in", path: filepath.Join(dir, "whole", front), args: append([]string{"get-token"}, unknown...), status: 5},
		{name: "kubectl-jit handing over to jit-core version", path: filepath.Join(dir, "whole", front), args: []string{"version"}},
	}
	for _, p := range programs {
		info, err := os.Stat(p.path)
		if err != nil {
			return nil, err
		}
		p.size, p.env = info.Size(), env
	}
	return programs, nil
}

// build makes three folders: the empty program, front and jit-core, and a front
// whose jit-core is the empty program.
func build(ctx context.Context, dir string) error {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	for output, from := range map[string]string{
		filepath.Join("empty", exe("empty")):       source,
		filepath.Join("alone", exe("jit-core")):    source,
		filepath.Join("alone", exe("kubectl-jit")): "./cmd/kubectl-jit",
		filepath.Join("whole", exe("kubectl-jit")): "./cmd/kubectl-jit",
		filepath.Join("whole", exe("jit-core")):    "./cmd/jit-core",
		filepath.Join("whole", exe("jit-token")):   "./cmd/jit-token",
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, output), from)
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
		`KUBERNETES_EXEC_INFO={"kind":"ExecCredential","apiVersion":"` + held.V1 + `","spec":{"interactive":false}}`,
	}, held.Write(path, token, now.Add(24*time.Hour), now.Add(23*time.Hour))
}

// refuse has the client's call for refused fail now, and the one for unknown
// never.
func refuse(cacheDir, configDir string) error {
	if err := held.ForgetFailures(cacheDir); err != nil {
		return err
	}
	call := held.Call{CacheDir: cacheDir, Name: held.Name(refused, configDir, ""), Parent: os.Getpid()}
	return call.Fail(5, []byte("kubectl-jit: error: nobody is signed in\n"))
}

// run runs the program once, from start to end, its output to nowhere.
func (p *program) run(dir string) (time.Duration, error) {
	if err := refuse(filepath.Join(dir, "cache", "kubectl-jit"), filepath.Join(dir, "config", "kubectl-jit")); err != nil {
		return 0, err
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer nowhere.Close()
	began := time.Now()
	process, err := os.StartProcess(p.path, append([]string{p.path}, p.args...), &os.ProcAttr{
		Env: p.env, Files: []*os.File{nowhere, nowhere, nowhere},
	})
	if err != nil {
		return 0, err
	}
	state, err := process.Wait()
	took := time.Since(began)
	if err == nil && state.ExitCode() != p.status {
		err = fmt.Errorf("it ended with %v", state)
	}
	return took, err
}

func exe(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
