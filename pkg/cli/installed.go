package cli

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// installedAs is the command that other programs are to call us by: what login
// writes into a kubeconfig.
//
// It must outlive an upgrade and work in programs that were not started from a
// shell. So it is the bare name where such programs find it on their own short
// PATH, else the absolute path of the link on this PATH: not resolved, because
// package managers replace the folder a link points to. It is never relative
// (clients disagree about relative to what) and never kubectl (a kubectl that
// does not find the plugin would call itself without end).
func (e *env) installedAs() string {
	name := string(e.Called)
	if slices.ContainsFunc(guiPath(), func(dir string) bool { return isProgram(filepath.Join(dir, name)) }) {
		return name
	}
	found, err := exec.LookPath(name)
	if err != nil && len(e.Argv) > 0 {
		found = e.Argv[0]
	}
	if absolute, err := filepath.Abs(found); err == nil && found != "" {
		return absolute
	}
	return name
}

// guiPath is the PATH of a program that a desktop starts. On Windows it is the
// one the shell has, so that nothing is gained there.
func guiPath() []string {
	switch runtime.GOOS {
	case "windows":
		return nil
	case "darwin":
		return []string{"/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"}
	}
	return []string{"/usr/local/bin", "/usr/bin", "/bin"}
}

// isProgram reports whether there is a program at the path.
func isProgram(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil && strings.ContainsRune(path, filepath.Separator)
}

// exec is the user entry's call of get-token.
func (e *env) exec(args caller.TokenArgs) kubeconfig.Exec {
	return kubeconfig.Exec{
		APIVersion:      "client.authentication.k8s.io/v1",
		Command:         e.installedAs(),
		Args:            args.List(),
		InstallHint:     installHint,
		InteractiveMode: "IfAvailable",
	}
}

// installHint is what kubectl prints on a machine without this program.
const installHint = "kubectl-jit is not installed here. It gets tokens for this cluster; see https://github.com/kubectl-jit/kubectl-jit"
