package main

import (
	"os"
	"path/filepath"
	"strings"
)

// partners are the places where jit-core may lie, in the order they are tried:
// beside the front (krew, Homebrew, go install, an archive), and where packages
// put programs that nobody types (deb, rpm). Links to the front are resolved
// first, because krew and Homebrew link this one program into their bin folder.
func partners() [2]string {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		fail("find jit-core: "+err.Error(), "")
	}
	folder := filepath.Dir(self)
	return [2]string{
		filepath.Join(folder, core),
		filepath.Join(folder, "..", "libexec", "kubectl-jit", core),
	}
}

// environment is ours, with the version that jit-core must have: one of another
// release refuses to run.
func environment() []string {
	const variable = "KUBECTL_JIT_FRONT="
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, variable) {
			env = append(env, pair)
		}
	}
	return append(env, variable+version)
}

// missing says that there is no jit-core, and ends the process.
func missing(tried [2]string) {
	fail("the program jit-core, which belongs to this one, is neither "+tried[0]+" nor "+tried[1],
		"go install github.com/kubectl-jit/kubectl-jit/cmd/jit-core@latest, or install a release again: it holds both programs")
}
